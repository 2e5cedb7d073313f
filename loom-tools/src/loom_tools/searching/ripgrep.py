"""The engine that lets ripgrep match: fast on many files, and killed when it takes too long.

ripgrep never decides what is shown. It names files that may match, which the workspace then opens
itself, confined, and it gets the bytes of those files through a pipe. A link that somebody puts
in the way meanwhile leads to nothing.
"""

import os
import re
import shutil
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.searching.deadline import Deadline, SearchTooSlow
from loom_tools.searching.engine import AllOfThem, Nomination
from loom_tools.searching.pattern import SearchPattern
from loom_tools.searching.rg_process import RipgrepProcess

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
            code, _, _ = self._started(
                ["--encoding=none", f"--regexp={self._pattern.for_ripgrep}", "-"]
            ).finish()
        except (OSError, SearchTooSlow):
            return False
        return code in {0, 1}

    def nominating(self, paths: Sequence[str]) -> Nomination:
        """A process that looks through the files."""
        if not paths:
            return AllOfThem(())  # without a path ripgrep would choose one by itself
        pattern = f"--regexp={self._pattern.for_ripgrep_on_files}"
        named = (f"./{path}" for path in paths)
        process = self._started(["--files-with-matches", "--null", pattern, "--", *named])
        return _NamesFiles(process, paths)

    def matching_lines(self, text: bytes, *, limit: int) -> list[int]:
        """Indexes of the lines that match."""
        # Lines longer than one byte are left out of the output, so that it stays small.
        code, output, _ = self._started(
            [
                "--encoding=none",
                "--line-number",
                "--no-heading",
                "--no-filename",
                "--max-columns=1",
                f"--max-count={limit}",
                f"--regexp={self._pattern.for_ripgrep}",
                "-",
            ]
        ).finish(text)
        if code not in {0, 1}:
            raise ToolFailed("ripgrep broke off; search below a path", ErrorCategory.TOOL)
        return [int(line.partition(b":")[0]) - 1 for line in output.splitlines()]

    def _started(self, arguments: Sequence[str]) -> RipgrepProcess:
        """A process with the arguments that all have and these."""
        command = [self._program, *_ALWAYS, *self._case, *arguments]
        return RipgrepProcess(command, self._root, self._deadline)


class _NamesFiles:
    """A process that names the files of a group in which it finds something."""

    def __init__(self, process: RipgrepProcess, paths: Sequence[str]) -> None:
        """Take what was started for these paths."""
        self._process = process
        self._paths = paths

    def wait(self) -> tuple[list[str], int]:
        """The paths that can have a match, and how many could not be read."""
        code, output, errors = self._process.finish()
        if code not in {0, 1, _TROUBLE}:
            return list(self._paths), 0  # it was killed: nothing is known of any of them
        named = {os.fsdecode(name[2:]) for name in output.split(b"\0")}
        unreadable = len(re.findall(rb"^rg: ", errors, re.MULTILINE)) if code == _TROUBLE else 0
        return [path for path in self._paths if path in named], unreadable

    def stop(self) -> None:
        """Kill the process."""
        self._process.stop()
