"""Which lines of two texts are the same, found within a bound of work.

``difflib`` alone takes minutes for some ten thousand lines of which many are alike, as in tables and logs,
and hours for more.
"""

from collections import Counter
from collections.abc import Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate, takewhile
from typing import Literal

Opcode = tuple[str, int, int, int, int]
"""``equal``, ``replace``, ``delete`` or ``insert``, and from where to where the lines are in both texts."""
_Found = tuple[Literal["equal", "replace", "delete", "insert"], int, int, int, int]

MOST_WORK = 10_000_000
"""Comparisons, which take a second or two; lines that would need more count as replaced all together."""
_POPULAR_FROM = 200
"""With so many lines, those that are more than a hundredth of them tell nothing, as ``difflib`` has it."""


def line_groups(old: Sequence[str], new: Sequence[str], *, context: int) -> list[list[Opcode]]:
    """What differs, with so many equal lines around it, in groups that are apart; none for the same lines."""
    if old == new:
        return []
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = _compared(old[head : len(old) - tail], new[head : len(new) - tail])
    codes: list[_Found] = [
        (tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in middle
    ]
    if head:
        codes.insert(0, ("equal", 0, head, 0, head))
    if tail:
        codes.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return list(_Known(codes).get_grouped_opcodes(context))


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many lines at the beginning are the same."""
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compared(old: Sequence[str], new: Sequence[str]) -> list[_Found]:
    """What happens to lines of which the first and the last differ."""
    try:
        return list(_Bounded(old, new).get_opcodes())
    except _TooMuch:
        return [("replace", 0, len(old), 0, len(new))]


class _TooMuch(Exception):
    """Comparing would take too long."""


class _Bounded(SequenceMatcher[str]):
    """Counts what it compares. Raises ``_TooMuch``."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        counts = Counter(new)
        if len(new) >= _POPULAR_FROM:
            most = len(new) // 100 + 1
            counts = Counter({line: count for line, count in counts.items() if count <= most})
        self._work_before = [0, *accumulate(1 + counts[line] for line in old)]
        self._work = 0
        super().__init__(None, old, new)

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        end = len(self._work_before) - 1 if ahi is None else ahi
        self._work += self._work_before[end] - self._work_before[alo]
        if self._work > MOST_WORK:
            raise _TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)


class _Known(SequenceMatcher[str]):
    """Has been compared already."""

    def __init__(self, codes: list[_Found]) -> None:
        super().__init__()
        self._codes = codes

    def get_opcodes(self) -> list[_Found]:
        return self._codes
