"""What a goal asks for that no look at the form can show, so that form must not pass for it."""

import re
from collections.abc import Collection

from loom_core.planning.named_paths import find_mentions

_REPAIRED = re.compile(
    r"""\b(?:fix\w*|repair\w*|debug\w*|bugs?|mistakes?|broken|wrong(?:ly)?|incorrect\w*|fails?|failing
    |crash\w*|defects?|faults?|repariere?n?|behebe?n?|fehler\w*|corrige\w*|arregl\w*|erreurs?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for a program that does not do what it should."""
_ARRANGED = re.compile(
    r"""\b(?:bullet\w*|lists?|headings?|titles?|tables?|sections?|chapters?|paragraphs?|outline
    |steps?|links?|\u00fcberschrift\w*|liste\w*|tabelle\w*|titre|titulo|t\u00edtulo|lista)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for how a document is arranged."""
_DOCUMENTS = frozenset({"md", "markdown", "rst", "adoc", "html", "htm", "tex"})


def derived_criteria(text: str, existing_files: Collection[str]) -> tuple[str, ...]:
    """Criteria that need a check which runs the result; empty for most goals.

    A repaired program that parses and keeps its functions looks just like one that is still
    broken, and no check knows whether a document is arranged as asked. Unless a check runs the
    result against something that is known, a human has to look.
    """
    mentions = find_mentions(text)
    criteria: list[str] = []
    if _REPAIRED.search(text):
        criteria += [
            f"{mention.path} does what it should"
            for mention in mentions
            if mention.is_program and mention.path in existing_files
        ]
    if _ARRANGED.search(text):
        criteria += [
            f"{mention.path} is arranged as asked"
            for mention in mentions
            if mention.extension in _DOCUMENTS
        ]
    return tuple(dict.fromkeys(criteria))
