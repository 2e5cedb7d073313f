"""A line of numbers that a goal shows as a sample of what is printed: ``lines like 2 x 3 = 6``."""

import re

from loom_core.planning.sentence import Sentence, own_words

_LEAD = r"""\b(?:like|such\s+as|as\s+in|for\s+(?:example|instance)|e\.g\.|i\.e\.|namely|formatted\s+as
    |written\s+as
    |(?:in|of|with)\s+the\s+(?:form|format|shape|style)(?:\s+of)?)[\s,:]*["'`\u201c\u2018]?"""
_NUMBER = r"-?\d+(?:[.,]\d+)*"
_EQUATION = re.compile(
    rf"""{_LEAD}(?P<text>{_NUMBER}(?:\s*(?:[-+*/%^x\u00d7\u00b7\u00f7]|\*\*|//|times|plus|minus)\s*{_NUMBER})+
    \s*=\s*{_NUMBER})(?![\w=])""",
    re.VERBOSE | re.IGNORECASE,
)
_LINE = re.compile(
    r"""\blines?\s+(?:like|such\s+as|of\s+the\s+form|in\s+the\s+form)\s+["'`]?
    (?P<text>[^"'`\n.,;<>{}]*\d[^"'`\n.,;<>{}]*=[^"'`\n.,;<>{}]*\d)["'`]?\s*(?:[.,;]|$)""",
    re.VERBOSE | re.IGNORECASE,
)
_PRINTS = re.compile(
    r"\b(?:print|output|display|show|list)\w*\b|\blines?\s+(?:like|such)\b", re.IGNORECASE
)
_OTHERWISE = re.compile(
    r"""\b(?:inputs?|stdin|given|reads?|reading|pars(?:es?|ing)|evaluat\w+|solv\w+|checks?|accepts?|asks?|users?
    |arguments?|functions?|methods?|random\w*|if|unless|otherwise|depending|instead)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words of a program that is shown such lines, or that need not print this very one."""


def sample_line(sentence: Sentence) -> str:
    """The line that must be among what is printed; empty when the sentence shows none."""
    said = own_words(sentence.text)
    if _OTHERWISE.search(said) or not _PRINTS.search(said):
        return ""
    shown = _EQUATION.search(sentence.text) or _LINE.search(sentence.text)
    return shown["text"].strip() if shown else ""
