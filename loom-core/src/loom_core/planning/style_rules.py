"""What a style sheet must hold in any form: rules for the classes and ids that a goal names."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from loom_core.planning.sentence import Sentence
from loom_core.types import CheckSpec

_EXTENSIONS = {".css", ".scss", ".less"}
_NAMED = re.compile(
    r"""\bthe\s+(?P<kind>class|id)\s+(?:(?:called|named)\s+)?["'`]?(?P<mark>[.\#]?)
    (?!(?:that|which|of|for|with|and|in|to|is|has|should|must|so|whose|on
    |names?|selectors?|attributes?|list|hierarchy|system|values?|as|from|or)\b)(?P<name>[A-Za-z_][\w-]*)""",
    re.VERBOSE,
)


def style_checks(path: str, sentences: Sequence[Sentence]) -> Iterator[CheckSpec]:
    """A selector for each class and each id that the goal names for a new style sheet.

    A small model takes the name of a class for that of an element, again and again in the same way.
    """
    if posixpath.splitext(path)[1].lower() not in _EXTENSIONS:
        return
    for sentence in sentences:
        for found in _NAMED.finditer(sentence.text):
            mark = "." if found["kind"] == "class" else "#"
            yield CheckSpec(kind="file_contains", target=path, expected=mark + found["name"])
