"""Checks that an edit takes away what it should and nothing else."""

import re
from collections.abc import Collection, Iterator, Sequence

from loom_core.planning.literal_text import added_literals, replaced_literals
from loom_core.planning.named_paths import PROGRAM_EXTENSIONS, Mention
from loom_core.planning.sentence import Sentence, own_words
from loom_core.planning.stated_values import SETTINGS_EXTENSIONS, stated_values
from loom_core.types import CheckSpec

_LINES_MAY_CHANGE = PROGRAM_EXTENSIONS | {"json", "xml", "html", "htm", "csv", "tsv"}
"""Formats in which adding something may rightly change the lines around it."""
_REPAIRS = re.compile(
    r"\b(?:fix|repair|correct|debug|add|append|insert|implement|bugs?|mistakes?|wrong|broken|crash\w*)\b",
    re.IGNORECASE,
)
_TAKES_AWAY = re.compile(
    r"""\b(?:remov\w*|delet\w*|renam\w*|rewrit\w*|refactor\w*|replac\w*|merg\w*|split\w*|mov\w*
    |drop\w*|typos?|misspel\w*|spelling|names?|naming|simplif\w*|inline|unused|dead|duplicates?
    |updat\w*|chang\w*|edit\w*|clean\w*|in\ place)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_AT_THE_END = re.compile(
    r"\bappend|\b(?:at|to)\s+(?:the|its)\s+(?:very\s+)?(?:end|bottom)\b", re.IGNORECASE
)
_AT_THE_START = re.compile(
    r"""\bprepend|\b(?:at|to|as)\s+(?:the|its|a)\s+(?:new\s+|very\s+)?
    (?:beginning|start|top|front|first\s+line)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_ONLY_READS = re.compile(
    r"""\s*(?:[-*\d.)]+\s*)?(?:please\s+|now\s+|then\s+)*(?:count|sort|read|sum|add\ up|compute|calculate
    |average|extract|list|find|look|summari[sz]e|convert|copy|translate|write|take|collect|select)\b""",
    re.VERBOSE | re.IGNORECASE,
)


_MORE_IS_ASKED = re.compile(r",|;|\b(?:and|also|then|plus|but)\b", re.IGNORECASE)
"""What joins one thing that is asked for to the next."""


def edit_checks(
    sentence: Sentence, mention: Mention, *, is_alone: bool = False
) -> Iterator[CheckSpec]:
    """What was replaced is gone, and an edit loses none of the lines, or values, that were there.

    Args:
        sentence: of the goal.
        mention: of the file, in it.
        is_alone: whether it is the only one, so that no other asks for more of the file.
    """
    replaced = replaced_literals(sentence, mention)
    for literal in replaced:
        yield CheckSpec(kind="file_lacks", target=mention.path, expected=literal)
    kept = _kept(sentence, mention, replaced)
    if mention.extension == "json" and is_alone:
        kept = _kept_values(sentence)
    if kept:
        yield CheckSpec(kind="file_keeps", target=mention.path, expected=kept)


def _kept(sentence: Sentence, mention: Mention, replaced: Sequence[str]) -> str:
    """What an edit must leave in a file, as ``file_keeps`` says it; empty when nobody can tell."""
    if mention.extension in _LINES_MAY_CHANGE:
        return ""
    added = added_literals(sentence, mention)
    if added:
        return f"{_kept_part(own_words(sentence.text))} and {len(added)} more"
    if replaced:
        return f"lines without {replaced[0]}" if len(replaced) == 1 else "count"
    values = stated_values(sentence.text) if mention.extension in SETTINGS_EXTENSIONS else []
    if not values:
        return ""
    return f"lines without {values[0].key}" if len(values) == 1 else "count"


def _kept_part(words: str) -> str:
    """Where a file stays as it was when something is put into it."""
    if _AT_THE_END.search(words):
        return "beginning"
    return "end" if _AT_THE_START.search(words) else "lines"


def definition_checks(
    sentences: Sequence[Sentence], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """A repair of a Python file, or something new in it, loses none of its functions and classes.

    A sentence that names no file goes on about those of the one before.
    """
    about: tuple[Mention, ...] = ()
    words: dict[str, str] = {}
    for sentence in sentences:
        about = sentence.mentions or about
        for mention in about:
            if mention.extension == "py" and mention.path in existing:
                said = words.get(mention.path, "")
                words[mention.path] = f"{said} {own_words(sentence.text)}"
    for path, said in words.items():
        if _REPAIRS.search(said) and not _TAKES_AWAY.search(said):
            yield CheckSpec(kind="file_keeps", target=path, expected="definitions")


def _kept_values(sentence: Sentence) -> str:
    """The values that setting others leaves alone; empty when the sentence may ask for more."""
    words = own_words(sentence.text)
    values = stated_values(sentence.text)
    if not values or len(_MORE_IS_ASKED.findall(words)) >= len(values):
        return ""
    return f"values without {', '.join(value.key for value in values)}"


def source_checks(
    sentences: Sequence[Sentence], expected: Collection[str], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """What is only read in order to write another file stays as it was."""
    for index, sentence in enumerate(sentences):
        if not _only_reads(sentence, sentences[index + 1 :], expected):
            continue
        others = [one for one in sentences if one is not sentence]
        for mention in sentence.mentions:
            if mention.path in existing and not any(_names(one, mention.path) for one in others):
                yield CheckSpec(kind="file_keeps", target=mention.path, expected="everything")


def _only_reads(
    sentence: Sentence, following: Sequence[Sentence], expected: Collection[str]
) -> bool:
    """Whether a sentence names files to read for another one: it says so, or it asks a question."""
    words = own_words(sentence.text)
    if words.rstrip().endswith("?"):
        return any(mention.path in expected for one in following for mention in one.mentions)
    makes_another = any(mention.path in expected for mention in sentence.mentions)
    return makes_another and bool(_ONLY_READS.match(words)) and not _TAKES_AWAY.search(words)


def _names(sentence: Sentence, path: str) -> bool:
    """Whether a sentence is about a file too, and may want it changed."""
    return any(mention.path == path for mention in sentence.mentions)
