"""Checks that a name inside a file is another one afterwards, and that nothing else is lost by it."""

import re
from collections.abc import Iterator

from loom_core.planning.named_paths import Mention
from loom_core.planning.sentence import Sentence
from loom_core.types import CheckSpec

_RENAMES = re.compile(
    r"""\brename\s+(?:the\s+)?(?:function|method|class|variable|constant|parameter|argument|attribute
    |key|column|field|option)\s+["'`]?(?P<old>[A-Za-z_]\w*)(?:\(\))?["'`]?\s+
    (?:to|into|as)\s+["'`]?(?P<new>[A-Za-z_]\w*)(?:\(\))?["'`]?(?=\s*(?:$|[.,;]|(?:in|everywhere|throughout)\b))""",
    re.VERBOSE | re.IGNORECASE,
)


_NO_NAME = re.compile(
    r"something|anything|match|(?:lower|upper|snake|camel|pascal|title)_?-?case|english|german|french",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"\b(?:and|then|also|plus)\s+(?!(?:everywhere|all|in|its|the\s+(?:calls?|uses?))\b)",
    re.IGNORECASE,
)
"""Before what else is done to the file, by which lines may go."""


def rename_checks(sentence: Sentence, mention: Mention, *, is_alone: bool) -> Iterator[CheckSpec]:
    """The new name is there, and of the lines none is lost but those with the old name, which are as many.

    Args:
        sentence: of the goal.
        mention: of a file that is there, in it; where it names several files nobody can tell.
        is_alone: whether it is the only one, so that no other asks for more of the file.
    """
    found = _RENAMES.search(sentence.text)
    if found is None or len(sentence.mentions) > 1 or _NO_NAME.fullmatch(found["new"]):
        return
    yield CheckSpec(kind="file_contains", target=mention.path, expected=found["new"])
    if is_alone and not _ALSO.search(sentence.text):
        kept = f"lines without {found['old']}"
        yield CheckSpec(kind="file_keeps", target=mention.path, expected=kept)
