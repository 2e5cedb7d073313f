"""Ending a command with all that it started, also what made itself a daemon."""

import contextlib
import os
import signal
from collections.abc import Iterator

_SUBREAPER = 36
_SWEEPS = 1000


def become_subreaper() -> None:
    """Make this process the parent of every descendant that loses its own."""
    from loom_core.confinement.kernel import process_control

    process_control(_SUBREAPER, 1)


def kill_descendants() -> None:
    """Kill every process below this one, until there is none.

    All are stopped before any is killed, so that a program that forks as fast as it can does not
    outrun this.
    """
    for _ in range(_SWEEPS):
        found = list(descendants(os.getpid()))
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in found:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        if not _reap():
            return


def _reap() -> bool:
    """Take the exit codes of children that ended; whether any child is left."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return bool(list(descendants(os.getpid())))
    return False


def descendants(pid: int) -> Iterator[int]:
    """The processes below a process, found through their parents."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - names are enough, and pathlib is slow to load
        if name.isdigit():
            children.setdefault(_parent(name), []).append(int(name))
    waiting = [pid]
    while waiting:
        below = children.pop(waiting.pop(), [])
        yield from below
        waiting += below


def _parent(pid: str) -> int:
    """The id of a process's parent; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib is slow to load
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError):
        return 0
