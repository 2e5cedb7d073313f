"""What a search asks of whatever matches the regular expression."""

from collections.abc import Sequence
from typing import Protocol


class Engine(Protocol):
    """Finds lines. What it is given to read was opened by the workspace, or is read again by it."""

    name: str

    def nominating(self, paths: Sequence[str]) -> "Nomination":
        """Begin to find the paths whose files can have a match."""
        ...

    def matching_lines(self, text: bytes, *, limit: int) -> list[int]:
        """Indexes of the lines that match, from 0 and ascending, at most so many of them.

        Raises ``SearchTooSlow`` when the deadline is over.
        """
        ...


class Nomination(Protocol):
    """A look through files that may be under way in another process."""

    def wait(self) -> tuple[list[str], int]:
        """The paths whose files can have a match, in order, and how many could not be read.

        It may name too many but none too few: what is reported is decided by ``matching_lines``.
        Raises ``SearchTooSlow`` when the deadline is over.
        """
        ...

    def stop(self) -> None:
        """End it, as nobody waits for it any more; nothing after its end."""
        ...


class AllOfThem:
    """Names every file."""

    def __init__(self, paths: Sequence[str]) -> None:
        """Keep the paths."""
        self._paths = list(paths)

    def wait(self) -> tuple[list[str], int]:
        """The paths; all can be read as far as anybody knows."""
        return self._paths, 0

    def stop(self) -> None:
        """Nothing is under way."""
