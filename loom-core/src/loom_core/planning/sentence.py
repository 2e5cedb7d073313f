"""A text as sentences, each with the files it names and the words it quotes."""

import re
from dataclasses import dataclass

from loom_core.planning.named_paths import Mention, find_mentions
from loom_core.planning.quotation import Quotation, find_quotations

_END = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)[.!?;]+(?=\s|$)|[\u3002\uff01\uff1f]|\n\s*(?:\n|[-*\u2022]\s|\d+[.)]\s)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A part of a text that ends in a full stop or stands in a paragraph or list of its own."""

    text: str
    mentions: tuple[Mention, ...]
    """Files named, with offsets into ``text``."""
    quotations: tuple[Quotation, ...]
    """Words quoted, with offsets into ``text``."""


def split_sentences(text: str) -> list[Sentence]:
    """The sentences of a text; a full stop inside a quotation or a file name ends none."""
    fixed = _mask(text)
    sentences: list[Sentence] = []
    start = 0
    for end in [*(match.end() for match in _END.finditer(fixed)), len(text)]:
        part = text[start:end]
        start = end
        if part.strip():
            sentences.append(
                Sentence(part, tuple(find_mentions(part)), tuple(find_quotations(part)))
            )
    return sentences


def own_words(text: str) -> str:
    """The text without what it quotes and without the files it names, every offset kept."""
    for span in [*find_mentions(text), *find_quotations(text)]:
        text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
    return text


def _mask(text: str) -> str:
    """The text with quotations replaced by letters, so that only its own marks end a sentence."""
    for quotation in find_quotations(text):
        letters = "x" * (quotation.end - quotation.start)
        text = text[: quotation.start] + letters + text[quotation.end :]
    return text
