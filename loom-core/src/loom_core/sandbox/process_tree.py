"""A process and all that descend from it, as ``/proc`` shows them; elsewhere nothing is seen."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PROC = Path("/proc")
_FIRST_TO_GO = "1000"


@dataclass(frozen=True, slots=True)
class ProcessTree:
    """The processes that there were at one moment. One that has ended since takes nothing."""

    pids: tuple[int, ...]

    @classmethod
    def of(cls, pid: int) -> Self:
        """A process and its descendants, those in name spaces of their own too."""
        found: dict[int, None] = {}
        waiting = [pid]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found[current] = None
                waiting.extend(_children(current))
        return cls(tuple(found))

    def resident_bytes(self) -> int:
        """Memory that they have, where what several share counts for each."""
        pages = (_text(pid, "statm").split() for pid in self.pids)
        return sum(int(fields[1]) for fields in pages if fields) * os.sysconf("SC_PAGE_SIZE")

    def proportional_bytes(self) -> int:
        """Memory that they have, where what several share is shared out among them."""
        return sum(map(_proportional, self.pids))

    def offer_first(self) -> None:
        """Have the kernel end these, and not a model's server, when the machine has no memory left."""
        for pid in self.pids:
            try:
                (_PROC / str(pid) / "oom_score_adj").write_text(_FIRST_TO_GO)
            except OSError:  # it has ended, or may not be told
                continue


def _children(pid: int) -> Iterator[int]:
    """The children of all threads of a process."""
    try:
        threads = list((_PROC / str(pid) / "task").iterdir())
    except OSError:
        return
    for thread in threads:
        yield from map(int, _text(pid, f"task/{thread.name}/children").split())


def _proportional(pid: int) -> int:
    """One process's share; all that it has, where nobody may know more."""
    for line in _text(pid, "smaps_rollup").splitlines():
        name, _, value = line.partition(":")
        if name == "Pss":
            return int(value.split()[0]) * 1024
    return ProcessTree((pid,)).resident_bytes()


def _text(pid: int, name: str) -> str:
    """A file about a process; empty when that has ended."""
    try:
        return (_PROC / str(pid) / name).read_text("ascii", "replace")
    except OSError:
        return ""
