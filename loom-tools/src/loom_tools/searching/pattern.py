r"""The dialect of regular expressions that models write, brought to the form of each engine.

What is promised is what ripgrep's engine and RE2 both know: no look-around, no back-references, one
line at a time. Letters, digits and white space (``\w``, ``\d``, ``\s``) are those of Unicode. A
brace that counts nothing is a brace, and inside ``[...]`` only ``^``, ``-``, ``\`` and ``]`` are
special, as most people expect.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.workspace import displayed
from loom_tools.linear_regex import LinearRegex, RegexRejected

_PIECES = re.compile(
    r"""
      \\x\{[0-9A-Fa-f]{1,6}\} | \\x[0-9A-Fa-f]{2}      # a character by its number
    | \\[pP]\{\^?[A-Za-z_]+\} | \\[pP][A-Za-z]         # a class of Unicode
    | \\.                                              # any other escape
    | \[\^?\]?                                         # the beginning of a class
    | \(\?(?:P?<\w+>|[A-Za-z-]*[:)])?                  # a group with a name or flags
    | \{[0-9]+(?:,[0-9]*)?\}                           # a count
    | [^\\]                                            # itself
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_CLASS = re.compile(
    r"\[:\^?[a-z]+:\]|\\[pP]\{\^?[A-Za-z_]+\}|\\x\{[0-9A-Fa-f]+\}|\\.|[^\\]", re.DOTALL
)
_GROUP = re.compile(r"\(\?(?:[imsU]*(?:-[isU]+)?[:)]|P?<[A-Za-z_]\w*>)")
_WORD = (
    r"\pL\pM\p{Nl}\p{Nd}\p{Pc}\x{200C}\x{200D}"
    r"\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189}"
)
_SPACE = r"\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"
_NO_SPACE = (
    r"\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{84}\x{86}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}"
    r"\x{200B}-\x{2027}\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF}"
)
_CLASSES = {
    r"\w": _WORD,
    r"\d": r"\p{Nd}",
    r"\D": r"\P{Nd}",
    r"\s": _SPACE,
    r"\S": _NO_SPACE,
}
"""What RE2 takes for the classes that it knows for ASCII only."""
_SHOWN_OF_GROUP = 4
_PLAIN_ESCAPES = frozenset("tfva")


@dataclass(frozen=True, slots=True)
class SearchPattern:
    """One pattern in the words of every engine."""

    for_ripgrep: str
    for_ripgrep_on_files: str
    """The same where lines may end in a carriage return and a line feed."""
    for_linear: str
    ignores_case: bool
    locator: LinearRegex
    """Finds where in a line the match is, for an excerpt."""


def search_pattern(written: str, *, ignores_case: bool) -> SearchPattern:
    """The pattern as every engine takes it.

    Raises ``ToolFailed`` for what is outside the dialect.
    """
    try:
        pieces = list(_pieces(written))
        ripgrep = "".join(ours for ours, _ in pieces)
        on_files = "".join(r"(?:\r?$)" if ours == "$" else ours for ours, _ in pieces)
        locator = LinearRegex(ripgrep, ignores_case=ignores_case)
    except RegexRejected as error:
        raise ToolFailed(
            f"the pattern {displayed(written)} is no valid regular expression: {error}; "
            "put a backslash before . ( ) [ ] * + ? | to mean the sign itself, "
            "or search for plain text with search_files",
            ErrorCategory.VALIDATION,
        ) from error
    linear = "".join(re2 for _, re2 in pieces)
    return SearchPattern(ripgrep, on_files, linear, ignores_case, locator)


def literal_pattern(text: str, *, ignores_case: bool) -> SearchPattern:
    """A pattern for plain text of one line."""
    escaped = "".join(sign if sign.isalnum() else f"\\x{{{ord(sign):X}}}" for sign in text)
    return search_pattern(escaped, ignores_case=ignores_case)


def _pieces(written: str) -> Iterator[tuple[str, str]]:
    """Piece by piece the pattern for ripgrep and for RE2."""
    position = 0
    while position < len(written):
        found = _PIECES.match(written, position)
        if found is None:
            raise RegexRejected("a backslash at its end means nothing")
        piece, position = found[0], found.end()
        if piece.startswith("["):
            ours, theirs, position = _class(written, found.start())
            yield ours, theirs
        elif piece.startswith("\\"):
            yield _escape(piece)
        elif piece.startswith("(?") and not _GROUP.fullmatch(piece):
            start = written[found.start() : found.start() + _SHOWN_OF_GROUP]
            raise RegexRejected(f"{start!r} is not supported, as no look-around is")
        elif piece == "{":
            yield r"\{", r"\{"
        else:
            plain = _visible(piece)
            yield plain, plain


def _escape(piece: str) -> tuple[str, str]:
    """An escape outside a class."""
    if piece in _CLASSES:
        return piece, f"[{_CLASSES[piece]}]"
    if piece == r"\W":
        return piece, f"[^{_WORD}]"
    if piece in {r"\b", r"\B"}:
        return piece, piece
    plain = _character(piece)
    return plain, plain


def _class(written: str, start: int) -> tuple[str, str, int]:
    """A class for ripgrep, the same for RE2, and the offset behind it."""
    head = "[^" if written.startswith("[^", start) else "["
    position = start + len(head)
    ours, theirs = head, head
    is_first = True
    while is_first or not written.startswith("]", position):
        found = _IN_CLASS.match(written, position)
        if found is None:
            raise RegexRejected("a closing ] is missing")
        item, position = found[0], found.end()
        mine, re2 = _class_item(item, is_negated=head == "[^")
        ours, theirs, is_first = ours + mine, theirs + re2, False
    return ours + "]", theirs + "]", position + 1


def _class_item(item: str, *, is_negated: bool) -> tuple[str, str]:
    """One member of a class."""
    if item in _CLASSES:
        return item, _CLASSES[item]
    if item == r"\n" and is_negated:
        return item, item
    if item == r"\W" or item.startswith("[:"):
        return item, item
    if item.startswith("\\"):
        plain = _character(item)
        return plain, plain
    if item in "[]&~":
        item = f"\\x{{{ord(item):X}}}"  # ripgrep would take some of them for set operations
    return _visible(item), _visible(item)


def _character(piece: str) -> str:
    """An escape that stands for a character or a class of Unicode, in a form both engines read."""
    sign = piece[1:2]
    if sign in _PLAIN_ESCAPES or piece[:2] in {r"\x", r"\p", r"\P"}:
        return piece
    if piece == r"\r":
        return r"\r"
    if piece in {r"\n", "\\\n"}:
        raise RegexRejected(r"\n can match nothing, as every line is looked at by itself")
    if sign.isdigit():
        raise RegexRejected(f"{piece} is not supported: no back-references")
    if sign.isalpha():
        raise RegexRejected(f"{piece} means nothing")
    return f"\\x{{{ord(sign):X}}}"


def _visible(text: str) -> str:
    """The text with its control characters as numbers: an argument can hold no NUL."""
    if "\n" in text:
        raise RegexRejected("it has a line break, and every line is looked at by itself")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise RegexRejected("it holds half a character")
    return "".join(f"\\x{{{ord(sign):X}}}" if sign < " " else sign for sign in text)
