"""Checks that a name inside a file is another one afterwards, and that nothing else is lost by it."""

import re
from collections.abc import Iterator

from loom_core.planning.named_paths import Mention
from loom_core.planning.sentence import Sentence
from loom_core.types import CheckSpec

_RENAMES = re.compile(
    r"""\brename\s+(?:the\s+)?(?:function|method|class|variable|constant|parameter|argument|attribute
    |key|column|field|option)\s+["'`]?(?P<old>[A-Za-z_]\w*)(?:\(\))?["'`]?\s+
    (?:to|into|as)\s+["'`]?(?P<new>[A-Za-z_]\w*)\b""",
    re.VERBOSE | re.IGNORECASE,
)


def rename_checks(sentence: Sentence, mention: Mention) -> Iterator[CheckSpec]:
    """The new name is there, and of the lines none is lost but those with the old name, which are as many.

    Args:
        sentence: of the goal.
        mention: of a file that is there, in it; where it names several files nobody can tell.
    """
    found = _RENAMES.search(sentence.text)
    if found is None or len(sentence.mentions) > 1:
        return
    yield CheckSpec(kind="file_contains", target=mention.path, expected=found["new"])
    yield CheckSpec(
        kind="file_keeps", target=mention.path, expected=f"lines without {found['old']}"
    )
