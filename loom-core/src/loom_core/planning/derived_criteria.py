"""What a goal asks for that only behaviour can show, so that form alone must not pass for it."""

import re
from collections.abc import Collection

from loom_core.planning.named_paths import find_mentions

_REPAIRED = re.compile(
    r"""\b(?:fix\w*|repair\w*|debug\w*|bugs?|mistakes?|broken|wrong(?:ly)?|incorrect\w*|fails?|failing
    |crash\w*|defects?|faults?|repariere?n?|behebe?n?|fehler\w*|corrige\w*|arregl\w*|erreurs?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for a program that does not do what it should."""


def derived_criteria(text: str, existing_files: Collection[str]) -> tuple[str, ...]:
    """Criteria that need a check which runs the result; empty for most goals.

    A repaired program that parses and keeps its functions looks just like one that is still
    broken. Unless a check runs it against something that is known, a human has to look.
    """
    if not _REPAIRED.search(text):
        return ()
    programs = dict.fromkeys(
        mention.path
        for mention in find_mentions(text)
        if mention.is_program and mention.path in existing_files
    )
    return tuple(f"{path} does what it should" for path in programs)
