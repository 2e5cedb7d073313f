"""Regular expressions that are matched in linear time, whoever wrote them (RE2).

Python's ``re`` needs exponential time for some patterns and cannot be stopped; RE2 needs time in
proportion to text and pattern, and lets other threads run meanwhile.
"""

from collections.abc import Callable
from typing import Any, Protocol, cast

_MAX_MEMORY_BYTES = 2 * 1024 * 1024
"""Of one compiled pattern; RE2 refuses patterns that need more."""


class RegexRejected(Exception):
    """The pattern cannot be compiled; the text says why in one line."""


class _Compiled(Protocol):
    """What is used of RE2's pattern objects, which come without annotations."""

    programsize: int

    def search(self, text: bytes, pos: int = 0) -> Any: ...


class LinearRegex:
    """A compiled pattern for bytes that are mostly UTF-8. No match ever holds a line feed."""

    def __init__(self, pattern: str, *, ignores_case: bool = False) -> None:
        """Compile it; ``^`` and ``$`` are the ends of a line. Raises ``RegexRejected``."""
        import re2  # here: most runs never search with a pattern

        library = cast("Any", re2)
        options = library.Options()
        options.max_mem = _MAX_MEMORY_BYTES
        options.never_nl = True
        options.never_capture = True
        options.log_errors = False
        options.case_sensitive = not ignores_case
        compiled = cast("Callable[..., _Compiled]", library.compile)
        try:
            self._compiled = compiled(f"(?m){pattern}", options)
        except library.error as error:
            raise RegexRejected(_text(error)) from error

    @property
    def size(self) -> int:
        """Instructions of the compiled pattern: matching takes up to that much time a byte."""
        return self._compiled.programsize

    def find(self, text: bytes, start: int = 0) -> tuple[int, int] | None:
        """Where the first match from an offset begins and ends; None when there is none."""
        match = self._compiled.search(text, start)
        return None if match is None else cast("tuple[int, int]", match.span())


def _text(error: Exception) -> str:
    """The library's explanation, which it gives as bytes."""
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return text.replace("invalid perl operator", "not supported")
