"""New files whose content the goal wants worked out from files that are there."""

import re
from collections.abc import Collection, Iterator, Sequence

from loom_core.planning.named_paths import PROGRAM_EXTENSIONS
from loom_core.planning.sentence import Sentence, own_words
from loom_core.types import CheckSpec

FILE_COMPUTED = "file_computed"
"""Name of the check that a command made a file."""

_NUMBER = re.compile(
    r"""\b(?:count\w*|number\ of|how\ many|sum|sums|total\w*|add(?:s|ing)?\ up|average|mean|median
    |percentage|z\u00e4hl\w*|anzahl|summe|durchschnitt|compte\w*|nombre\ de|moyenne|cuenta
    |cu\u00e1nt\w*|promedio)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for results that are numbers."""
_SELECTED = re.compile(
    r"""\b(?:maximum|minimum|largest|smallest|longest|shortest|highest|lowest|biggest|tallest|oldest|youngest
    |newest|latest|earliest|cheapest|dearest|heaviest|lightest|fastest|slowest|best|worst|greatest|richest
    |poorest|nearest|closest|farthest|furthest|strongest|weakest|busiest|hottest|coldest|warmest|deepest
    |widest|most|fewest|least|winner|more\ than|less\ than|fewer\ than|sort\w*
    |at\ most|older|younger|(?:above|below|over|under)\ \d+
    |(?:every(?:body|one)|those)\ (?:who|that|with)
    |(?:rows?|lines?|entries|records?|people|names|products?|items?|words?)\ (?:that|which|who|whose|where)
    |which\ (?!(?:is|are|was|were|has|have|had|lies?|stands?|can|will|must|should|contains?|holds?)\b)
    (?:\w+\ ){1,3}(?:of|in|from|on)\b(?=[^.]*\?)
    |alphabetical\w*|unique|distinct|duplicates?|frequenc\w*|sortier\w*|trie[rz]?|ordena\w*)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for results that are picked or put in order."""
_PLAIN_DATA = (".csv", ".tsv", ".txt", ".log")
_NAMES = re.compile(
    r"""\b(?:write|put|save|store)\s+(?:only\s+|just\s+)?(?:its|the|their|his|her)\s+names?\b
    (?:(?!\b(?:and|with|plus|count|number\w*|months?|days?|weekdays?)\b)[^?!])*?
    (?:\s+and\s+nothing\s+else)?\s+(?:to|into|in)\s+(?:the\s+file\s+|a\s+file\s+(?:called\s+|named\s+)?)?["'`]?$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Before the file that a result goes to: it is a name, or several, and nothing beside."""
_CONVERTED = re.compile(
    r"\b(?:convert|transform|turn|export|reformat|konvertier|convierte|convertis)\w*\b",
    re.IGNORECASE,
)
_TABLE_EXTENSIONS = frozenset({"csv", "tsv", "json", "jsonl"})
"""Formats of data into one another of which Python brings along what converts them."""
_DATA_EXTENSIONS = frozenset({"txt", "csv", "tsv", "log", "dat"})
"""Formats that hold nothing but the result; in others it stands among prose or structure."""


def computed_checks(
    sentences: Sequence[Sentence], expected: Collection[str], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """For each new data file that a goal wants counted, reckoned, sorted or converted out of an existing one.

    A goal that also asks for a program leaves it to that program.
    """
    mentions = [mention for sentence in sentences for mention in sentence.mentions]
    if any(mention.extension in PROGRAM_EXTENSIONS for mention in mentions):
        return
    if not any(mention.path in existing for mention in mentions):
        return
    yield from _converted(sentences, expected, existing)
    sources = {mention.path for mention in mentions if mention.path in existing}
    for index, sentence in enumerate(sentences):
        said = f"{_asked_before(sentences[:index])} {sentence.text}"
        is_number = bool(_NUMBER.search(said))
        if not (is_number or _SELECTED.search(said)):
            continue
        # Quoted words may have to stand beside the number.
        expected_form = "number" if is_number and not sentence.quotations else ""
        for mention in sentence.mentions:
            if mention.path in expected and mention.extension in _DATA_EXTENSIONS:
                form = expected_form or _names_in(sentence.text[: mention.start], sources)
                yield CheckSpec(kind=FILE_COMPUTED, target=mention.path, expected=form)


def _names_in(before: str, sources: Collection[str]) -> str:
    """The form of a result that is a name out of the one file of data; empty for any other."""
    if len(sources) != 1 or not _NAMES.search(before):
        return ""
    source = next(iter(sources))
    return f"names in {source}" if source.lower().endswith(_PLAIN_DATA) else ""


def _converted(
    sentences: Sequence[Sentence], expected: Collection[str], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """For each new file that is another form of a table: a model that copies row by row leaves some out."""
    for sentence in sentences:
        if not _CONVERTED.search(own_words(sentence.text)):
            continue
        tables = [one for one in sentence.mentions if one.extension in _TABLE_EXTENSIONS]
        sources = {one.extension for one in tables if one.path in existing}
        for mention in tables:
            if mention.path in expected and sources - {mention.extension}:
                yield CheckSpec(kind=FILE_COMPUTED, target=mention.path)


def _asked_before(sentences: Sequence[Sentence]) -> str:
    """The words of a question that the next sentence wants answered."""
    words = own_words(sentences[-1].text) if sentences else ""
    return words if words.rstrip().endswith("?") else ""
