"""Files in groups: an engine looks through one of them while the next one is gathered."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from loom_core.workspace import Entry
from loom_tools.searching.deadline import Deadline, SearchTooSlow
from loom_tools.searching.engine import Nomination

_FIRST_GROUP, _LARGEST_GROUP = 1_000, 20_000
"""Files handed to the engine together; small first groups end a search for a common word soon."""
_GROWTH = 4
_AHEAD = 2
"""Groups that are looked through at once, while another is gathered."""
_LOOK_EVERY = 256
"""Entries between two looks at the deadline."""
_BYTES_BESIDE_A_NAME = 16
"""Of an argument: ``./``, its end, and the pointer to it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some files, and what the engine says of them."""

    entries: list[Entry]
    skipped_files: int
    """Those among them that are not looked at."""
    nomination: Nomination
    """Of the others."""


def looked_through(
    entries: Iterable[Entry],
    nominating: Callable[[Sequence[str]], Nomination],
    is_searched: Callable[[Entry], bool],
    deadline: Deadline,
) -> Generator[Group, None, None]:
    """The files in groups, in their order; what is under way when nobody wants more is stopped.

    Args:
        entries: gathered as far as they are needed, and after the first group one group further.
        nominating: begins to look through files, as engines do.
        is_searched: whether a file is looked at at all.
        deadline: when to stop. Raises ``SearchTooSlow`` then.
    """
    ahead: deque[Group] = deque()
    most = 1  # the first one is small, and had at once: a common word is found in it
    try:
        for gathered in _gathered(entries, deadline):
            paths = [entry.path for entry in gathered if is_searched(entry)]
            ahead.append(Group(gathered, len(gathered) - len(paths), nominating(paths)))
            if len(ahead) == most:
                most = _AHEAD
                yield ahead.popleft()
        while ahead:
            yield ahead.popleft()
    finally:
        for group in ahead:
            group.nomination.stop()


def _gathered(entries: Iterable[Entry], deadline: Deadline) -> Iterator[list[Entry]]:
    """The files in groups whose names a program can be given at once."""
    group: list[Entry] = []
    size_bytes, most, most_bytes = 0, _FIRST_GROUP, _most_bytes()
    for entry in entries:
        group.append(entry)
        size_bytes += _argument_bytes(entry.path)
        if not len(group) % _LOOK_EVERY and deadline.is_over:
            raise SearchTooSlow
        if len(group) >= most or size_bytes >= most_bytes:
            yield group
            group, size_bytes, most = [], 0, min(_GROWTH * most, _LARGEST_GROUP)
    if group:
        yield group


def _argument_bytes(path: str) -> int:
    """What a path takes at most among the arguments of a program."""
    return _BYTES_BESIDE_A_NAME + (len(path) if path.isascii() else 4 * len(path))


def _most_bytes() -> int:
    """Of all names together, since the system limits what a program can be given."""
    return min(1024 * 1024, os.sysconf("SC_ARG_MAX") // 2)
