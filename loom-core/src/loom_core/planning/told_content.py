"""Files whose content a goal tells in words that no sharper check holds against it.

That such a file exists and parses is true of most wrong ones too. The check ``file_as_told`` marks them, so
that a verifier has them written anew and compares.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from loom_core.planning.computed_files import FILE_COMPUTED
from loom_core.planning.expected_files import is_only_read
from loom_core.planning.named_paths import Mention
from loom_core.planning.relocations import FILE_SAME_AS
from loom_core.planning.sentence import Sentence, own_words
from loom_core.types import CheckSpec

FILE_AS_TOLD = "file_as_told"
"""Name of the check that marks a file as one to be compared."""
WORDS_AS_TOLD = "words_as_told"
"""Name of the check that compares the capitals of a file's words with those of the goal."""
OPEN = "open"
"""What the check expects where the words of the content are left to the author."""

_LISTS = (".csv", ".tsv", ".json", ".toml", ".yaml", ".yml", ".txt")
_MOST_CHARACTERS = 2000
"""What an expectation can hold."""
_SETTLES_NEW = frozenset({FILE_COMPUTED, FILE_SAME_AS, "file_equals", "command_output_matches"})
"""Checks after which nothing is left to compare in a new file, or that bring a comparison of their own."""
_COMPARED_BEHAVIOUR = frozenset({"command_prints", "python_defines"})
_STATES_EDIT = frozenset({"file_contains", "file_lacks", "setting_equals"})
_AUTHORED = re.compile(
    r"""(?<![@.\w])(?:poems?|haikus?|limericks?|story|stories|essays?|articles?|letters?\s+(?:to|from)\s+\w{2,}
    |jokes?|riddles?|summar(?:y|i[sz]e)\w*|descri\w+|explain\w*|explanation|introduc\w+|overview|biograph\w+
    |about(?!\s+\d)|some|a\s+few|several|examples?|samples?|random|dummy|placeholders?|lorem|fictional
    |invent(?:ed|s)?|made[- ]up|tips|ideas|recipes?|gedicht|geschichte|po\u00e8me|poema)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for content that two authors would rightly write differently."""
_TAKES_FROM = re.compile(
    r"\b(?:remove|delete|drop|erase|strip|cut|take)\b[^.]*\b(?:from|of)\b", re.IGNORECASE
)
"""Before a file out of which something goes, though *from* usually marks a source."""
_CHANGES_PARTS_OF = re.compile(
    r"""\b(?:add|append|insert|prepend|swap|replace|change|sort|reverse|uppercase|lowercase|capitali[sz]e
    |number|renumber|indent|edit|fix|correct|update|double|halve|mark|round|trim|shuffle)\b[^.]*
    \b(?:lines?|rows?|words?|columns?|paragraphs?|sections?|headings?|sentences?|front|head)\s+of\b[^.]*$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Before a file of which parts are changed, likewise."""
_LEFT_TO_JUDGEMENT = re.compile(
    r"\b(?:if|unless|when(?:ever)?\s+necessary|where\s+needed|improve|refactor|clean\s+up|tidy|optimi[sz]e|simplify"
    r"|document|docstrings?|comments?|type\s+hints?|(?:re)?format|lint|modernize|polish)\b",
    re.IGNORECASE,
)
"""Words for edits that two people would make differently, or one of them not at all."""
_EDITS = re.compile(
    r"""\b(?:add|append|insert|prepend|put|remove|delete|drop|erase|strip|cut|take\s+out|replace|change|set|update
    |increase|decrease|raise|lower|reduce|bump|rename|fix|correct|repair|edit|swap|switch|turn|uppercase|capitali[sz]e
    |lowercase|number|renumber|indent|prefix|trim|round|shuffle|translate|place
    |sort|reverse|enable|disable|mark|complete|implement|finish|double|halve|move
    |forgot(?:ten)?|(?:should|must)\s+(?:be|have|say|hold|read|contain)|(?:is|are)\s+now|now\s+called|no\s+longer
    |actualiza\w*|cambia\w*|reemplaza\w*|sustituy\w*|a\u00f1ad\w*|agrega\w*|quita\w*|corrig\w*
    |\u00e4nder\w*|ersetz\w*|f\u00fcge?|erg\u00e4nz\w*|entfern\w*|streich\w*|korrigier\w*|aktualisier\w*
    |remplac\w*|ajout\w*|modifi\w*|mets)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for something that is done to a file that is there, the last ones in Spanish, German and French."""
_MAKES_ANOTHER = re.compile(
    r"""\b(?:tests?\b(?!\s+(?:file|data))|makefile|dockerfile|summary|copy|backup|report|readme|changelog
    |new\s+(?:file|script|program|module))\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for a file that is to be made, though the goal does not name it."""


def told_checks(
    sentences: Sequence[Sentence],
    expected: Collection[str],
    existing: Collection[str],
    checks: Sequence[CheckSpec],
) -> Iterator[CheckSpec]:
    """A ``file_as_told`` for each new or edited file that the checks so far leave open.

    Args:
        sentences: of the goal.
        expected: the new files that it asks for.
        existing: the files that are there.
        checks: what was derived before.
    """
    is_open = any(_AUTHORED.search(own_words(sentence.text)) for sentence in sentences)
    form = OPEN if is_open else ""
    for path in expected:
        kinds = {check.kind for check in checks if _is_about(check, path)}
        if not kinds & (_SETTLES_NEW | _COMPARED_BEHAVIOUR):
            yield CheckSpec(kind=FILE_AS_TOLD, target=path, expected=form)
            yield from _spelling_checks(path, sentences, is_open=is_open)
    for path in edited_files(sentences, expected, existing, checks):
        if not _is_settled_edit([check for check in checks if _is_about(check, path)]):
            takes_out = any(_TAKES_FROM.search(sentence.text) for sentence in sentences)
            yield CheckSpec(kind=FILE_AS_TOLD, target=path, expected="" if takes_out else form)


def _spelling_checks(
    path: str, sentences: Sequence[Sentence], *, is_open: bool
) -> Iterator[CheckSpec]:
    """What names and words must look like in new data or a list whose words the goal gives."""
    goal = " ".join(sentence.text for sentence in sentences)
    if not is_open and len(goal) <= _MOST_CHARACTERS and path.lower().endswith(_LISTS):
        yield CheckSpec(kind=WORDS_AS_TOLD, target=path, expected=goal)


def edited_files(
    sentences: Sequence[Sentence],
    expected: Collection[str],
    existing: Collection[str],
    checks: Sequence[CheckSpec],
) -> list[str]:
    """The files that are there and that the goal wants changed, as far as its wording tells.

    Where a new file is asked for, named or not, or one is to go elsewhere, what is there is something
    to read; of several files that are there nobody can tell which one is meant.
    """
    if expected or any(check.kind in {"file_missing", FILE_SAME_AS} for check in checks):
        return []
    named = [
        mention.path
        for sentence in sentences
        for mention in sentence.mentions
        if mention.path in existing and _may_change(sentence, mention)
    ]
    words = " ".join(own_words(sentence.text) for sentence in sentences)
    is_edit = _EDITS.search(words) and not _MAKES_ANOTHER.search(words)
    is_clear = len(set(named)) == 1 and not _LEFT_TO_JUDGEMENT.search(words)
    return named[:1] if is_edit and is_clear else []


def _may_change(sentence: Sentence, mention: Mention) -> bool:
    """Whether the wording lets a file be changed."""
    before = sentence.text[: mention.start]
    changes = _TAKES_FROM.search(before) or _CHANGES_PARTS_OF.search(before)
    return bool(changes) or not is_only_read(sentence, mention)


def _is_settled_edit(checks: Sequence[CheckSpec]) -> bool:
    """Whether both what an edit puts in and what it must leave alone are checked, or its behaviour is."""
    kinds = {check.kind for check in checks}
    keeps_all = any(
        check.kind == "file_keeps" and check.expected != "definitions" for check in checks
    )
    return (keeps_all and bool(kinds & _STATES_EDIT)) or "command_output_matches" in kinds


def _is_about(check: CheckSpec, path: str) -> bool:
    """Whether a check looks at a file, or at a command that runs it."""
    return check.target == path or (
        check.kind.startswith("command_") and _module_of(path) in check.target
    )


def _module_of(path: str) -> str:
    """The name under which a command knows a program: its file's name without the extension."""
    return path.rpartition("/")[2].partition(".")[0]
