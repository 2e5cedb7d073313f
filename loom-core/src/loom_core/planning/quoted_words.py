"""Words that a goal quotes and that the one new document it asks for must therefore hold."""

import re
from collections.abc import Iterator, Sequence

from loom_core.planning.named_paths import PROGRAM_EXTENSIONS, find_mentions
from loom_core.planning.sentence import Sentence, own_words

_CHANGES_WORDS = re.compile(
    r"""\b(?:translat\w*|upper\w*|lower\w*|capital\w*|reverse\w*|backwards?|length|count\w*|number\s+of|hash\w*
    |encod\w*|base64|without|not|no|never|except|instead|replac\w*|remov\w*|omit\w*|french|german|spanish|italian
    |like|such\s+as|e\.g\.|for\s+example|similar|style|between|each|every|if|split|repeat\w*|\d+\s+times)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words after which what is quoted may stand there in another form, or not at all."""
_PLACEHOLDER = re.compile(r"[{}<>\\%$\[\]]|\.\.\.|\u2026")


def quoted_words(path: str, sentences: Sequence[Sentence]) -> Iterator[str]:
    """What is quoted outside of code, where nothing in the goal says that it is changed on its way.

    Args:
        path: the one file that the goal asks for, which is no program.
        sentences: of the goal.
    """
    if path.rpartition(".")[2].lower() in PROGRAM_EXTENSIONS:
        return
    if any(_CHANGES_WORDS.search(own_words(sentence.text)) for sentence in sentences):
        return
    for sentence in sentences:
        for quotation in sentence.quotations:
            is_name = bool(find_mentions(quotation.text))
            if not (is_name or _PLACEHOLDER.search(quotation.text)):
                yield quotation.text
