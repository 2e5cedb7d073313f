"""What a text quotes: spans in quotation marks or backticks, in the marks of several languages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MAX_QUOTE_CHARACTERS = 200
"""A longer quotation is prose or code, not a literal that a check could look for."""

_MARKS = re.compile(
    r"""
      "(?P<double>[^"\n]+)"
    | `(?P<tick>[^`\n]+)`
    | (?<![^\s(\[,:])'(?P<single>[^'\n]+)'(?!\w)    # an apostrophe opens no quotation
    | “(?P<curly>[^”\n]+)” | \u2018(?P<curly_single>[^\u2019\n]+)\u2019 | „(?P<low>[^“”\n]+)[“”]
    | «\s?(?P<angle>[^»\n]+?)\s?» | 「(?P<corner>[^」\n]+)」 | 『(?P<white>[^』\n]+)』
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quoted span of a text."""

    text: str
    """What stands between the marks."""
    start: int
    """Offset of the opening mark."""
    end: int
    """Offset after the closing mark."""
    is_code: bool
    """Whether it stands in backticks."""


def find_quotations(text: str) -> list[Quotation]:
    """Every quotation of a text, in order; those longer than the limit are left out."""
    return [
        Quotation(
            text=match.group(match.lastgroup or 0),
            start=match.start(),
            end=match.end(),
            is_code=match.lastgroup == "tick",
        )
        for match in _MARKS.finditer(text)
        if match.end() - match.start() <= MAX_QUOTE_CHARACTERS
    ]


def hide_phrases(text: str, quotations: Sequence[Quotation]) -> str:
    """The text with quotations of several words blanked out, every offset kept.

    A file name inside a phrase is part of something to be written or run, not a thing named.
    """
    for quotation in quotations:
        if any(character.isspace() for character in quotation.text):
            blank = " " * (quotation.end - quotation.start)
            text = text[: quotation.start] + blank + text[quotation.end :]
    return text
