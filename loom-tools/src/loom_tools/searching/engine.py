"""What a search asks of whatever matches the regular expression."""

from collections.abc import Sequence
from typing import Protocol


class Engine(Protocol):
    """Finds lines. What it is given to read was opened by the workspace, or is read again by it."""

    name: str

    def nominated(self, paths: Sequence[str]) -> tuple[list[str], int]:
        """The paths whose files can have a match, in order, and how many could not be read.

        It may name too many but none too few: what is reported is decided by ``matching_lines``.
        """
        ...

    def matching_lines(self, text: bytes, *, limit: int) -> list[int]:
        """Indexes of the lines that match, from 0 and ascending, at most so many of them.

        Raises ``SearchTooSlow`` when the deadline is over.
        """
        ...


class SearchTooSlow(Exception):
    """The deadline is over; what was found before it counts."""
