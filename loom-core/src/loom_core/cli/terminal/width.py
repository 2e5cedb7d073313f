"""How many columns a text takes on a terminal, and cutting it to fit."""

from functools import lru_cache
from unicodedata import category, combining, east_asian_width

ELLIPSIS = "…"


def measure_width(text: str) -> int:
    """Columns of a line; wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_measure_character, text))


def fit_width(text: str, columns: int) -> str:
    """The text, or its beginning with an ellipsis, in at most so many columns."""
    if measure_width(text) <= columns:
        return text
    room = columns - 1
    kept = 0
    for index, character in enumerate(text):
        kept += _measure_character(character)
        if kept > room:
            return text[:index] + ELLIPSIS if columns > 0 else ""
    return text


def pad_width(text: str, columns: int) -> str:
    """The text filled with spaces to so many columns; a longer one stays as it is."""
    return text + " " * (columns - measure_width(text))


def wrap_width(text: str, columns: int) -> list[str]:
    """The text on lines of at most so many columns, broken at spaces where that is possible.

    Args:
        text: one line, whose words are separated by single spaces.
        columns: at least 2, so that a wide character has room.
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and measure_width(line) + 1 + measure_width(word) > columns:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
        while measure_width(line) > columns:
            head = fit_width(line, columns + 1)[:-1]
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


@lru_cache(maxsize=4096)
def _measure_character(character: str) -> int:
    if combining(character) or category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
