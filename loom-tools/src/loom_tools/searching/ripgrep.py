"""The engine that lets ripgrep match: fast on many files, and killed when it takes too long.

ripgrep never decides what is shown. It names files that may match, which the workspace then opens
itself, confined, and it gets the bytes of those files through a pipe. A link that somebody puts
in the way meanwhile leads to nothing.
"""

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.searching.deadline import Deadline
from loom_tools.searching.engine import SearchTooSlow
from loom_tools.searching.pattern import SearchPattern

_LIMITS = ("--regex-size-limit=10M", "--dfa-size-limit=10M")
_ALWAYS = (
    "--no-config",
    "--no-ignore",
    "--hidden",
    "--no-mmap",
    "--text",
    "--color=never",
    *_LIMITS,
)
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/nonexistent"}
"""Nothing is inherited: a variable can name a configuration, and with it programs to run."""
_LOOK_SECONDS = 0.1
_MAX_MEMORY_BYTES = 2 * 1024**3
"""Of what it can write to: a device put in the way of a path can be a line without end."""
_TROUBLE = 2
"""Exit code of ripgrep when something is wrong: the pattern, or a file that it could not read."""


def ripgrep_program(workspace: Path) -> str | None:
    """The ``rg`` that was installed with Loom, else that of the system; None when there is none.

    One that lies in the workspace is left alone: whoever wrote the workspace wrote that too.
    """
    installed = shutil.which("rg", path=sysconfig.get_path("scripts"))
    if installed is not None:
        return installed
    outside = [
        directory
        for directory in os.get_exec_path()
        if Path(directory).is_absolute() and not Path(directory).resolve().is_relative_to(workspace)
    ]
    return shutil.which("rg", path=os.pathsep.join(outside)) if outside else None


class RipgrepEngine:
    """Matches with one ``rg`` program."""

    name = "ripgrep"

    def __init__(
        self, program: str, pattern: SearchPattern, root: Path, deadline: Deadline
    ) -> None:
        """Use a program on the files below a directory."""
        self._program = program
        self._root = root
        self._case = ("--ignore-case",) if pattern.ignores_case else ("--case-sensitive",)
        self._pattern = pattern
        self._deadline = deadline

    def works(self) -> bool:
        """Whether the program can be run and takes the pattern."""
        try:
            code, _, _ = self._run(
                ["--encoding=none", f"--regexp={self._pattern.for_ripgrep}", "-"]
            )
        except (OSError, SearchTooSlow):
            return False
        return code in {0, 1}

    def nominated(self, paths: Sequence[str]) -> tuple[list[str], int]:
        """The paths that can have a match, and how many could not be read."""
        if not paths:
            return [], 0  # without a path ripgrep would choose one by itself
        code, output, errors = self._run(
            [
                "--files-with-matches",
                "--null",
                f"--regexp={self._pattern.for_ripgrep_on_files}",
                "--",
                *(f"./{path}" for path in paths),
            ]
        )
        if code not in {0, 1, _TROUBLE}:
            return list(paths), 0  # it was killed: nothing is known of any of them
        named = {os.fsdecode(name[2:]) for name in output.split(b"\0")}
        unreadable = len(re.findall(rb"^rg: ", errors, re.MULTILINE)) if code == _TROUBLE else 0
        return [path for path in paths if path in named], unreadable

    def matching_lines(self, text: bytes, *, limit: int) -> list[int]:
        """Indexes of the lines that match."""
        # Lines longer than one byte are left out of the output, so that it stays small.
        code, output, _ = self._run(
            [
                "--encoding=none",
                "--line-number",
                "--no-heading",
                "--no-filename",
                "--max-columns=1",
                f"--max-count={limit}",
                f"--regexp={self._pattern.for_ripgrep}",
                "-",
            ],
            text,
        )
        if code not in {0, 1}:
            raise ToolFailed("ripgrep broke off; search below a path", ErrorCategory.TOOL)
        return [int(line.partition(b":")[0]) - 1 for line in output.splitlines()]

    def _run(self, arguments: Sequence[str], text: bytes = b"") -> tuple[int, bytes, bytes]:
        """Exit code, output and errors. Raises ``SearchTooSlow`` when the deadline is over."""
        process = subprocess.Popen(
            [self._program, *_ALWAYS, *self._case, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._root,
            env=_ENVIRONMENT,
            start_new_session=True,
        )
        with process:
            try:
                _limit_memory(process.pid)
                output, errors = self._waited(process, text)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        return process.returncode, output, errors

    def _waited(self, process: subprocess.Popen[bytes], text: bytes) -> tuple[bytes, bytes]:
        """What it printed; the deadline is looked at again and again."""
        given: bytes | None = text
        while True:
            try:
                return process.communicate(given, timeout=_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                given = None
            if self._deadline.is_over:
                raise SearchTooSlow


def _limit_memory(pid: int) -> None:
    """Let a process have no more memory than a search needs, where the system can say so."""
    if sys.platform == "linux":
        with contextlib.suppress(ProcessLookupError):  # it has ended already
            resource.prlimit(pid, resource.RLIMIT_DATA, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
