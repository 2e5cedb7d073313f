"""New files whose content the goal wants worked out from files that are there."""

import re
from collections.abc import Collection, Iterator, Sequence

from loom_core.planning.named_paths import PROGRAM_EXTENSIONS
from loom_core.planning.sentence import Sentence
from loom_core.types import CheckSpec

_WORKED_OUT = re.compile(
    r"""\b(?:count\w*|number\ of|how\ many|sum|sums|total\w*|add(?:s|ing)?\ up|average|mean|median
    |maximum|minimum|largest|smallest|longest|shortest|highest|lowest|percentage|sort\w*
    |alphabetical\w*|unique|distinct|duplicates?|frequenc\w*|z\u00e4hl\w*|anzahl|summe
    |durchschnitt|sortier\w*|compte\w*|nombre\ de|moyenne|trie[rz]?|cuenta|cu\u00e1nt\w*|promedio
    |ordena\w*)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for results that come of counting, reckoning or sorting."""
_DATA_EXTENSIONS = frozenset({"txt", "csv", "tsv", "log", "dat"})
"""Formats that hold nothing but the result; in others it stands among prose or structure."""


def computed_checks(
    sentences: Sequence[Sentence], expected: Collection[str], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """For each new data file that a goal wants counted, reckoned or sorted out of an existing file.

    A goal that also asks for a program leaves it to that program.
    """
    mentions = [mention for sentence in sentences for mention in sentence.mentions]
    if any(mention.extension in PROGRAM_EXTENSIONS for mention in mentions):
        return
    if not any(mention.path in existing for mention in mentions):
        return
    for sentence in sentences:
        if not _WORKED_OUT.search(sentence.text):
            continue
        for mention in sentence.mentions:
            if mention.path in expected and mention.extension in _DATA_EXTENSIONS:
                yield CheckSpec(kind="file_computed", target=mention.path)
