"""The engine that needs no program: files are read here and matched by RE2."""

from collections.abc import Sequence

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.linear_regex import LinearRegex, RegexRejected
from loom_tools.searching.deadline import Deadline, SearchTooSlow
from loom_tools.searching.engine import AllOfThem
from loom_tools.searching.pattern import SearchPattern

_CHUNK_BYTES = 16 * 1024
"""Matched in one go. With the largest pattern that takes two seconds at worst, and then the
deadline is looked at."""
_MAX_SIZE = 20_000


class LinearEngine:
    r"""Matches with RE2.

    Other than in ripgrep ``\b`` knows only the letters of ASCII, and so does ``\W`` inside of ``[...]``.
    """

    name = "re2"

    def __init__(self, pattern: SearchPattern, deadline: Deadline) -> None:
        """Compile the pattern. Raises ``ToolFailed`` when it is too large."""
        try:
            self._regex = LinearRegex(pattern.for_linear, ignores_case=pattern.ignores_case)
        except RegexRejected as error:
            raise _too_large() from error
        if self._regex.size > _MAX_SIZE:
            raise _too_large()
        self._deadline = deadline

    def nominating(self, paths: Sequence[str]) -> AllOfThem:
        """All of them: reading them here once is all there is to do."""
        return AllOfThem(paths)

    def matching_lines(self, text: bytes, *, limit: int) -> list[int]:
        """Indexes of the lines that match."""
        found: list[int] = []
        first_line, start = 0, 0
        while start < len(text) and len(found) < limit:
            if self._deadline.is_over:
                raise SearchTooSlow
            end = text.find(b"\n", min(start + _CHUNK_BYTES, len(text) - 1)) + 1 or len(text)
            chunk = text[start:end]
            found += [first_line + index for index in self._in_chunk(chunk, limit - len(found))]
            first_line += chunk.count(b"\n")
            start = end
        return found

    def _in_chunk(self, chunk: bytes, limit: int) -> list[int]:
        """Indexes of the matching lines of a few whole lines."""
        found: list[int] = []
        line, start = 0, 0
        while start < len(chunk) and len(found) < limit:
            match = self._regex.find(chunk, start)
            if match is None or match[0] >= len(chunk):  # behind the last line feed is no line
                break
            line += chunk.count(b"\n", start, match[0])
            found.append(line)
            start = chunk.find(b"\n", match[0]) + 1 or len(chunk)
            line += 1
        return found


def _too_large() -> ToolFailed:
    """What to say of a pattern that would take too long."""
    return ToolFailed(
        "the pattern is too large; use smaller counts in {...} and fewer \\w",
        ErrorCategory.VALIDATION,
    )
