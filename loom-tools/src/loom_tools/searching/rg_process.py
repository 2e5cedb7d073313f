"""One run of ripgrep: under way while others work, bounded in memory, killed when it takes too long."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from loom_tools.searching.deadline import Deadline, SearchTooSlow

_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PATH": "/nonexistent"}
"""Nothing is inherited: a variable can name a configuration, and with it programs to run."""
_LOOK_SECONDS = 0.1
_MAX_MEMORY_BYTES = 2 * 1024**3
"""Of what it can write to: a device put in the way of a path can be a line without end."""


class RipgrepProcess:
    """A process that works from its construction on, and has to be finished or stopped."""

    def __init__(self, command: Sequence[str], root: Path, deadline: Deadline) -> None:
        """Start it in a directory. Raises ``OSError`` when the program cannot be run."""
        self._deadline = deadline
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=root,
            env=_ENVIRONMENT,
            start_new_session=True,
        )
        try:
            _limit_memory(self._process.pid)
        except BaseException:
            self.stop()
            raise

    def finish(self, text: bytes = b"") -> tuple[int, bytes, bytes]:
        """Exit code, output and errors, once it has read a text and ended.

        Raises ``SearchTooSlow`` when the deadline is over; the process is gone then.
        """
        try:
            output, errors = self._waited(text)
        finally:
            self.stop()
        return self._process.returncode, output, errors

    def stop(self) -> None:
        """Kill it if it still runs, and let go of its pipes."""
        with self._process:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)

    def _waited(self, text: bytes) -> tuple[bytes, bytes]:
        """What it printed; the deadline is looked at again and again."""
        given: bytes | None = text
        while True:
            try:
                return self._process.communicate(given, timeout=_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                given = None
            if self._deadline.is_over:
                raise SearchTooSlow


def _limit_memory(pid: int) -> None:
    """Let a process have no more memory than a search needs, where the system can say so."""
    if sys.platform == "linux":
        with contextlib.suppress(ProcessLookupError):  # it has ended already
            resource.prlimit(pid, resource.RLIMIT_DATA, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
