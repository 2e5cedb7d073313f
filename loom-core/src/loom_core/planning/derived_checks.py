"""Acceptance checks that follow from the words of a goal: named files, their form, literal text.

General rules only, none made for a particular goal. Where the wording leaves doubt there is no check:
a wrong one makes a right result fail for ever, a missing one leaves more to the other checks.

- A file the goal asks for and that is not there yet must exist, and parse when its kind has a parser.
- A file the goal asks to delete, rename or move must be gone, and be as it was where it went.
- Literal text that the goal gives for a file must be in it, text to be replaced must be gone, stated
  values must be set, and an edit must keep the lines that were there.
- A function that the goal names must be defined, and its examples of calls must come true.
- A new or edited file of whose content none of this says enough is marked to be compared with what
  others write (``told_content``).
- Literal text that the goal says a new Python script prints must be in its output. Without literal
  text, a new script that is said to print must print something, one that is said to run must end
  with success.

A script is run only when the goal names no other program and nothing in it hints at input, a server,
a window, the network, arguments, or packages that may not be installed.
"""

import posixpath
import re
import shlex
from collections.abc import Collection, Iterator, Sequence

from loom_core.planning.arrangement import arrangement_checks
from loom_core.planning.computed_files import computed_checks
from loom_core.planning.edit_checks import definition_checks, edit_checks, source_checks
from loom_core.planning.expected_files import (
    expected_files,
    is_direct_object,
    is_there,
    removed_files,
)
from loom_core.planning.literal_text import (
    content_literals,
    output_literals,
    says_it_prints,
    says_it_runs,
)
from loom_core.planning.named_paths import PROGRAM_EXTENSIONS, Mention
from loom_core.planning.quoted_words import quoted_words
from loom_core.planning.relocations import relocation_checks
from loom_core.planning.renamed_names import rename_checks
from loom_core.planning.sample_lines import sample_line
from loom_core.planning.sentence import Sentence, own_words, split_sentences
from loom_core.planning.stated_code import AS_EXPECTED, call_examples, defined_names
from loom_core.planning.stated_values import SETTINGS_EXTENSIONS, stated_values
from loom_core.planning.style_rules import style_checks
from loom_core.planning.told_content import told_checks
from loom_core.types import CheckSpec

MAX_DERIVED_CHECKS = 20
"""A goal that gives more is a list; the first ones are kept."""

_PARSED_BY = {
    "csv": "syntax_valid",
    "json": "json_valid",
    "py": "syntax_valid",
    "toml": "syntax_valid",
    "tsv": "syntax_valid",
    "yaml": "syntax_valid",
    "yml": "syntax_valid",
}
_COMMENTED_JSON = re.compile(r"(?:^|/)(?:[tj]sconfig[^/]*\.json$|\.vscode/|\.devcontainer/)")
"""Files whose readers allow comments, so that strict JSON would be a wrong demand."""

_NOT_TO_BE_RUN = re.compile(
    r"""\b(?:input|stdin|asks?|asking|prompts?|users?|interactive\w*|arguments?|argv|parameters?
    |command[- ]line|cli|flags?|servers?|serves?|listen\w*|http\w*|api|web\w*|url|download\w*
    |fetch\w*|network|socket|online|email|gui|tkinter|game|loop\ forever|infinite\w*|forever
    |daemon|sleep\w*|wait\w*|every\ \d+|numpy|pandas|scipy|matplotlib|requests|flask|django|fastapi
    |pygame|torch|tensorflow|sklearn|selenium|bs4|pip|packages?|librar(?:y|ies)|database
    |import(?:s|ed|able)?|module|exit\ code|exits\ with|raises?|exceptions?|crash\w*
    |eingabe|benutzer|entr\u00e9e|utilisateur|entrada|usuario|utente)\b
    |\u0432\u0432\u043e\u0434|\u8f93\u5165|\u5165\u529b""",
    re.VERBOSE | re.IGNORECASE,
)
_ESCAPING = PROGRAM_EXTENSIONS | {"json", "toml", "yaml", "yml", "xml", "html", "htm", "csv"}
"""Formats in which quotation marks and letters beyond ASCII may be written as escapes."""
_HOLDS_ONLY = re.compile(
    r"""\s*(?:please\s+|i\s+(?:need|want)\s+)?(?:create|make|write|put|save|store)?\s*
    (?:(?:an?|the|new|plain|text|file|called|named|into|to|in)\s+)*
    (?:(?:with|containing|holding|saying|(?:that|which)\s+(?:contains|holds|reads|says))\s+)?(?:(?:only|just|exactly|the|text|words?|contents?|sentence
    |message|line)\s+)*(?:(?:into|to|in|an?|the|new|file|called|named)\s+)*[\s.!]*""",
    re.VERBOSE | re.IGNORECASE,
)
"""All that may stand around the name of a file and the words that it shall hold."""
_RUN_BY = {"py": "python3", "sh": "bash", "bash": "bash"}
"""What runs a new program, by its extension."""
_NEVER_RUN = re.compile(r"(?:test_.*|.*_test|conftest|setup|__init__)\.py")
_DEFINITION = re.compile(r"\b(?:function|method|class|def|funktion|fonction)\b|\w\(", re.IGNORECASE)


def derive_checks(text: str, existing_files: Collection[str]) -> tuple[CheckSpec, ...]:
    """The checks that a goal's own words give; none where they leave doubt.

    Args:
        text: the goal, or a subtask's description, in any language; the grammar of literal text
            knows mostly English.
        existing_files: the workspace's files before the work, relative, with forward slashes.
    """
    sentences = split_sentences(text)
    expected = expected_files(sentences, existing_files)
    checks: list[CheckSpec] = [
        *_missing_checks(sentences, existing_files),
        *relocation_checks(sentences, existing_files),
        *_form_checks(expected),
        *_content_checks(sentences, expected, existing_files),
        *computed_checks(sentences, expected, existing_files),
        *_code_checks(text, sentences, expected, existing_files),
        *_program_checks(text, sentences, expected, existing_files),
    ]
    if len(expected) == 1:
        checks += _document_checks(expected[0], sentences)
    checks += told_checks(sentences, expected, existing_files, checks)
    return tuple(dict.fromkeys(checks))[:MAX_DERIVED_CHECKS]


def _document_checks(path: str, sentences: Sequence[Sentence]) -> Iterator[CheckSpec]:
    """What the one new file of a goal must hold in any form, and how it must be arranged."""
    for literal in quoted_words(path, sentences):
        yield from _contains(path, literal)
    yield from arrangement_checks(path, sentences)
    yield from style_checks(path, sentences)
    if _extension(path) in SETTINGS_EXTENSIONS:
        for sentence in sentences:
            for stated in [] if sentence.mentions else stated_values(sentence.text):
                yield CheckSpec(kind="setting_equals", target=path, expected=stated.as_expected())


def _missing_checks(sentences: Sequence[Sentence], existing: Collection[str]) -> list[CheckSpec]:
    """What was asked to be deleted or renamed is gone."""
    return [
        CheckSpec(kind="file_missing", target=path) for path in removed_files(sentences, existing)
    ]


def _form_checks(expected: Sequence[str]) -> Iterator[CheckSpec]:
    """Each expected file exists and, where its kind has a parser, parses."""
    for path in expected:
        yield CheckSpec(kind="file_exists", target=path)
        parser = _PARSED_BY.get(_extension(path))
        if parser is not None and not _COMMENTED_JSON.search(path):
            yield CheckSpec(kind=parser, target=path)


def _content_checks(
    sentences: Sequence[Sentence], expected: Collection[str], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """Each file holds what the goal says it must hold, and keeps what it must keep."""
    for sentence in sentences:
        for mention in sentence.mentions:
            if mention.path in expected or (
                mention.path in existing and is_direct_object(sentence, mention)
            ):
                literals = content_literals(sentence, mention)
                for literal in literals:
                    yield from _contains(mention.path, literal)
                if _is_all(mention, literals, sentences, expected):
                    yield CheckSpec(kind="file_equals", target=mention.path, expected=literals[0])
                yield from _setting_checks(sentence, mention)
            if mention.path in existing and is_direct_object(sentence, mention):
                yield from edit_checks(sentence, mention, is_alone=len(sentences) == 1)
            if mention.path in existing:
                yield from rename_checks(sentence, mention, is_alone=len(sentences) == 1)
    yield from definition_checks(sentences, existing)
    yield from source_checks(sentences, expected, existing)


def _is_all(
    mention: Mention,
    literals: Sequence[str],
    sentences: Sequence[Sentence],
    expected: Collection[str],
) -> bool:
    """Whether what a goal of one sentence quotes is all that a new plain text file shall hold.

    Only where every word of the sentence is known: one more may ask for more than what is quoted.
    """
    if len(literals) != 1 or len(sentences) != 1 or len(sentences[0].quotations) != 1:
        return False
    sentence = sentences[0]
    return (
        mention.path in expected
        and mention.extension == "txt"
        and len(sentence.mentions) == 1
        and _HOLDS_ONLY.fullmatch(own_words(sentence.text)) is not None
    )


def _setting_checks(sentence: Sentence, mention: Mention) -> Iterator[CheckSpec]:
    """The stated values, where the sentence names one settings file only."""
    files = {one.path for one in sentence.mentions if one.extension in SETTINGS_EXTENSIONS}
    if files == {mention.path}:
        for stated in stated_values(sentence.text):
            yield CheckSpec(
                kind="setting_equals", target=mention.path, expected=stated.as_expected()
            )


def _code_checks(
    text: str, sentences: Sequence[Sentence], expected: Sequence[str], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """The one Python file defines what the goal names, and its examples come true."""
    named = {one.path for sentence in sentences for one in sentence.mentions if one.is_program}
    path = next(iter(named)) if len(named) == 1 else ""
    is_at_hand = path in expected or path in existing
    if _extension(path) != "py" or not is_at_hand or not _is_importable(path):
        return
    for name in defined_names(text):
        yield CheckSpec(kind="python_defines", target=path, expected=name)
    for example in call_examples(text):
        yield CheckSpec(
            kind="command_output_matches", target=example.command(path), expected=AS_EXPECTED
        )


def _program_checks(
    text: str, sentences: Sequence[Sentence], expected: Sequence[str], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """The one new program prints what the goal says, or at least runs, or holds the words."""
    program = _sole_program(sentences, expected)
    if program is None:
        return
    literals = [literal for sentence in sentences for literal in output_literals(sentence)]
    is_told = bool(literals) or _extension(program) == "py"
    if is_told and _may_run(program, text, sentences, [*expected, *existing]):
        command = f"{_RUN_BY[_extension(program)]} {shlex.quote(program)}"
        for literal in literals:
            yield CheckSpec(kind="command_output_matches", target=command, expected=literal)
        if literals and not any(sample_line(sentence) for sentence in sentences):
            return
        if any(says_it_prints(sentence) for sentence in sentences):
            yield CheckSpec(kind="command_prints", target=command)
        elif any(says_it_runs(sentence) for sentence in sentences):
            yield CheckSpec(kind="command_succeeds", target=command)
        return
    if not any(sample_line(sentence) for sentence in sentences):  # a sample is worked out
        for literal in literals:
            yield from _contains(program, literal)


def _sole_program(sentences: Sequence[Sentence], expected: Sequence[str]) -> str | None:
    """The new program that the goal is about; None when it names several, or none."""
    named = {
        mention.path
        for sentence in sentences
        for mention in sentence.mentions
        if mention.is_program
    }
    programs = [path for path in expected if path in named]
    return programs[0] if len(programs) == 1 and len(named) == 1 else None


def _may_run(
    program: str, text: str, sentences: Sequence[Sentence], at_hand: Collection[str]
) -> bool:
    """Whether running it needs nothing that a check cannot give."""
    if _extension(program) not in _RUN_BY or _NEVER_RUN.fullmatch(posixpath.basename(program)):
        return False
    words = own_words(text)
    if _NOT_TO_BE_RUN.search(words) or _DEFINITION.search(words):
        return False
    return all(
        is_there(mention.path, at_hand) for sentence in sentences for mention in sentence.mentions
    )


def _is_importable(path: str) -> bool:
    """Whether a module of that path can be imported by name."""
    return posixpath.splitext(posixpath.basename(path))[0].isidentifier()


def _contains(path: str, literal: str) -> Iterator[CheckSpec]:
    """The file holds these words, unless its format could write them in another way."""
    is_escaped = _extension(path) in _ESCAPING and (
        not literal.isascii() or any(mark in literal for mark in "\"'\\")
    )
    if not is_escaped:
        yield CheckSpec(kind="file_contains", target=path, expected=literal)


def _extension(path: str) -> str:
    """The extension in lower case, without its dot."""
    return posixpath.splitext(path)[1][1:].lower()
