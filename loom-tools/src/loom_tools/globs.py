"""Globs for paths: ``*``, ``?``, ``[a-z]``, ``{a,b}``, and ``**`` across directories.

Own code because the libraries for it match with ``re``, which a glob such as ``*a*a*a*a*b`` can
keep busy for hours.
"""

import re

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed
from loom_tools.linear_regex import LinearRegex, RegexRejected
from loom_tools.text import shown

_ANYTHING = re.compile(r"[*?]")
_MORE_THAN_NAMES = re.compile(r"[^ -~]|[\[\]{}\\]")
"""What makes the end of a glob other than the end of every path that it fits."""
_PIECES = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[!?\]?[^\]/]*\]|\\.|[{},]|.", re.DOTALL)


class Glob:
    """A compiled glob. Without a slash it is for the name alone, at any depth."""

    def __init__(self, written: str) -> None:
        """Compile it. Raises ``ToolFailed`` for one that cannot be."""
        plain = written.removeprefix("./")
        self._is_negated = plain.startswith("!")
        plain = plain.removeprefix("!").removeprefix("/")
        self.wants_directory = plain.endswith("/")
        plain = plain.rstrip("/")
        self._is_for_name = "/" not in plain
        self._end = (
            "" if _MORE_THAN_NAMES.search(plain) else _ANYTHING.split(plain)[-1].rpartition("/")[2]
        )
        try:
            self._regex = LinearRegex(f"\\A{_translated(plain)}\\z")
        except RegexRejected as error:
            raise ToolFailed(
                f"the glob {displayed(written)} cannot be used: {error}; "
                "write it like src/**/*.py or *.{js,ts}",
                ErrorCategory.VALIDATION,
            ) from error

    def fits(self, path: str, base: str = ".") -> bool:
        """Whether a path in the workspace is meant, seen from there or from a directory above it."""
        if self._is_for_name:
            return self._finds(path.rpartition("/")[2]) is not self._is_negated
        inside = path if base == "." else path[len(base) + 1 :]
        found = self._finds(inside) or (inside != path and self._finds(path))
        return found is not self._is_negated

    def _finds(self, text: str) -> bool:
        """Whether the pattern as it stands is that of a text."""
        if not text.endswith(self._end):
            return False  # most files, at a tenth of the cost
        # A line feed is the one sign that the engine never matches.
        return self._regex.find(shown(text).replace("\n", "\0").encode()) is not None


def _translated(glob: str) -> str:
    """The glob as a regular expression."""
    parts: list[str] = []
    depth = 0
    has_braces = glob.count("{") == glob.count("}")
    for found in _PIECES.finditer(glob):
        piece = found[0]
        if has_braces and piece in {"{", "}"}:
            depth += 1 if piece == "{" else -1
            parts.append("(?:" if piece == "{" else ")")
        elif piece == "," and depth:
            parts.append("|")
        else:
            parts.append(_piece(piece))
    return "".join(parts)


def _piece(piece: str) -> str:
    """One piece of a glob as a regular expression."""
    if piece == "**/":
        return "(?:[^/]+/)*"
    if piece == "/**":
        return "/.+"
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 2:  # noqa: PLR2004 - longer than its brackets
        inside = piece[1:-1].replace("\\", r"\\").replace("[", r"\[")
        negated = inside.startswith(("!", "^"))
        inside = inside[1:] if negated else inside
        inside = f"\\{inside}" if inside.startswith("]") else inside
        return f"[^/{inside}]" if negated else f"[{inside}]"
    return re.escape(piece[-1]) if piece.startswith("\\") else re.escape(piece)
