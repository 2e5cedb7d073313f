"""How a goal wants a Markdown document arranged: headings, lists, boxes, tables."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from loom_core.planning.sentence import Sentence, own_words
from loom_core.types import CheckSpec

DOCUMENT_HAS = "document_has"
"""Name of the check that a Markdown document holds elements of a kind."""
MARKDOWN = frozenset({"md", "markdown"})

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_COUNT = rf"(?P<count>\d+|{'|'.join(_WORDS)})\s+(?:[\w-]+\s+){{0,2}}"
_BOXES = re.compile(
    r"\b(?:check\s?box(?:es)?|check\s?list|task\s+list"
    r"|(?:un)?checked\s+(?:box(?:es)?|items?))\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(?:numbered|ordered)\s+(?:[\w-]+\s+)?(?:list|items?|steps?|points?)\b", re.IGNORECASE
)
_BULLETS = re.compile(r"\b(?:bullet\w*|unordered\s+list|list)\b", re.IGNORECASE)
_TABLE = re.compile(r"\btable\b(?!\s+of\s+contents)", re.IGNORECASE)
_CODE = re.compile(r"\bcode\s+(?:block|fence)s?\b|\bfenced\b", re.IGNORECASE)
_LEVEL = re.compile(
    r"\b(?:top[- ]level|first[- ]level|level[- ](?:1|one)|h1|main)\s+(?:heading|header|title)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\b(?:headings?|titles?|titled|headed)\b", re.IGNORECASE)
_NAMED_HEADING = re.compile(
    r"\b(?:heading|title|titled)\s+(?:(?:called|named|of|that\s+says|saying|reading)\s+)?[\"'`“]?$",
    re.IGNORECASE,
)
_BARE_HEADING = re.compile(
    r"\b(?:heading|title|titled|headed)\s+(?:(?:called|named)\s+)?"
    r"(?P<title>[A-Z][\w'-]*(?:\s+[A-Z0-9][\w'-]*)*)(?=\s*[,.;:]|\s*$|\s+(?:and|with|then|followed|plus|above|over)\b)"
)
"""A heading that is a name without quotation marks: capitals tell where it ends."""
_SUBHEADINGS = re.compile(
    r"\b(?:sub-?headings?|second[- ]level|level[- ](?:2|two)|h2|sections?)\b", re.IGNORECASE
)
_ITEMS = re.compile(
    rf"\b{_COUNT}(?:items?|points?|bullets?|steps?|entries|boxes|checkboxes|tasks)\b", re.IGNORECASE
)


def arrangement_checks(path: str, sentences: Sequence[Sentence]) -> Iterator[CheckSpec]:
    """What a Markdown document must hold, as ``document_has`` reads it.

    That is ``heading 1 = Title``, ``box 3``, ``item``, ``table`` and the like.
    A number is given where the goal states one; without it, at least one must be there.
    """
    if posixpath.splitext(path)[1][1:].lower() not in MARKDOWN:
        return
    text = " ".join(sentence.text for sentence in sentences)
    words = " ".join(own_words(sentence.text) for sentence in sentences)
    for wanted in [*_headings(text, words, sentences), *_lists(words), *_blocks(words)]:
        yield CheckSpec(kind=DOCUMENT_HAS, target=path, expected=wanted)


def _headings(text: str, words: str, sentences: Sequence[Sentence]) -> Iterator[str]:
    """The headings, with their words where these are quoted or begin with capitals."""
    level = "1" if _LEVEL.search(text) else ""
    quoted = [
        quotation.text
        for sentence in sentences
        for quotation in sentence.quotations
        if _NAMED_HEADING.search(sentence.text[: quotation.start])
    ] or [match["title"] for match in _BARE_HEADING.finditer(words)]
    for title in quoted:
        yield f"heading {level} = {title}".replace("  ", " ")
    if not quoted and _HEADING.search(words) and not _SUBHEADINGS.search(words):
        yield f"heading {level}".strip()


def _lists(words: str) -> Iterator[str]:
    """The one kind of list that the words ask for, with the number of its items."""
    count = _ITEMS.search(words)
    number = f" {_number(count['count'])}" if count else ""
    if _BOXES.search(words):
        yield f"box{number}"
    elif _NUMBERED.search(words):
        yield f"number{number}"
    elif _BULLETS.search(words):
        yield f"item{number}"


def _blocks(words: str) -> Iterator[str]:
    """Tables and blocks of code."""
    if _TABLE.search(words):
        yield "table"
    if _CODE.search(words):
        yield "code"


def _number(word: str) -> int:
    """A number as digits or as a word."""
    return _WORDS.get(word.lower()) or int(word)
