"""Files that a goal wants renamed, moved, copied or deleted as they are, and directories it wants made."""

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from loom_core.planning.named_paths import Mention
from loom_core.planning.sentence import Sentence, own_words
from loom_core.types import CheckSpec

FILE_SAME_AS = "file_same_as"
"""Name of the check that a file holds what another one held before."""

_FILLER = r"(?:\b(?:the|a|an|my|our|file|files|original|both|of)\b|[\s\"'`])*"
_MOVE = re.compile(rf"\b(?:rename|move|relocate){_FILLER}$", re.IGNORECASE)
_COPY = re.compile(
    rf"\b(?:(?:make|create|keep|save|put)\s+(?:an?|the)\s+(?:exact\s+)?(?:backup\s+)?copy|copy|duplicate|back\s+up)"
    rf"{_FILLER}$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[\s\"'`,]*(?:and\s+)?(?:the\s+)?(?:file\s+)?[\"'`]?", re.IGNORECASE)
_TO_FILE = re.compile(
    r"[\s\"'`]*(?:to|into|as|called|named|under\s+the\s+name)\s+(?:(?:the|a|an|new|file|called|named)\s+)*[\"'`]?",
    re.IGNORECASE,
)
_TO_DIRECTORY = re.compile(
    r"""[\s"'`]*(?:in)?(?:to|into|in|under|inside)\s+(?:(?:the|a|an|new|existing)\s+)*
    (?:(?:sub)?(?:folder|directory|dir)\s+(?:called\s+|named\s+)?["'`]?(?P<after>[\w./-]*\w)
    |["'`]?(?P<slash>[\w./-]*\w)/(?=["'`]?(?:[\s.,;!]|$))
    |["'`]?(?P<before>[\w./-]*\w)["'`]?\s+(?:sub)?(?:folder|directory|dir)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_ALSO_CHANGES = re.compile(
    r"\b(?:add|append|insert|replace|change|edit|update|upper\w*|lower\w*|sort\w*|convert\w*|without|capital\w*"
    r"|translat\w*|fix|except|only|reverse\w*)\b",
    re.IGNORECASE,
)
"""Words for a content that is not what it was."""
_DELETES = re.compile(r"\b(?:delete|remove|erase)\b", re.IGNORECASE)
_BY_EXTENSION = re.compile(
    r"""\b(?:delete|remove|erase|get\s+rid\s+of)\s+(?:all|every|each|any|the)\b[^.;]{0,60}?
    (?<=[\s("'`*])\.(?P<ending>[A-Za-z]\w*)\b(?!\.\w)""",
    re.VERBOSE | re.IGNORECASE,
)
"""All files of one kind: ``all .log files``, ``every file that ends in .tmp``, ``all backups (*.bak)``."""
_ONLY_SOME = re.compile(
    r"\b(?:older|newer|larger|smaller|empty|except|but|other\s+than|unless|if|contain\w*|in|from|under|inside|line)\b"
    r"(?!\s+(?:[\"'`*]*\.\w|(?:this|the)\s+(?:current\s+)?(?:workspace|project|directory|folder)))",
    re.IGNORECASE,
)
"""Words after which only some of them are meant, or those somewhere."""
_MOVES_FIRST = re.compile(
    r"^\s*(?:please\s+)?(?:delete|remove|erase|get\s+rid\s+of|move|rename|copy)\s+(?:all|every|each|any|the\s+files?\b|both)",
    re.IGNORECASE,
)
"""The beginning of a goal that is about files as a whole, though no check may say which."""
_NEW_DIRECTORY = re.compile(
    r"""\b(?:create|make|add)\s+(?:an?|the)\s+(?:new\s+|empty\s+)*(?:sub)?(?:folder|directory)\s+
    (?:called\s+|named\s+)?["'`]?(?P<name>[\w./-]*\w)""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Relocation:
    """One file that shall be somewhere else, or there too."""

    source: str
    destination: str
    is_move: bool


def relocation_checks(
    sentences: Sequence[Sentence], existing: Collection[str]
) -> Iterator[CheckSpec]:
    """What must be gone, what must be there with the old content, and which directories."""
    for sentence in sentences:
        for one in relocations(sentence, existing):
            if one.is_move:
                yield CheckSpec(kind="file_missing", target=one.source)
            elif not _DELETES.search(own_words(sentence.text)):
                yield CheckSpec(kind="file_keeps", target=one.source, expected="everything")
            if not any(_ALSO_CHANGES.search(own_words(each.text)) for each in sentences):
                yield CheckSpec(kind=FILE_SAME_AS, target=one.destination, expected=one.source)
        for path in _deleted_by_extension(sentence, existing):
            yield CheckSpec(kind="file_missing", target=path)
        for match in _NEW_DIRECTORY.finditer(sentence.text):
            yield CheckSpec(kind="file_exists", target=f"{match['name'].rstrip('/')}/")


def is_only_moving(text: str, checks: Sequence[CheckSpec]) -> bool:
    """Whether a subtask wants files as a whole to go elsewhere, and no content to be written."""
    if not checks and _MOVES_FIRST.match(text) and not _ALSO_CHANGES.search(own_words(text)):
        return True
    kinds = {check.kind for check in checks}
    settled = {check.target for check in checks if check.kind == FILE_SAME_AS}
    made = {check.target for check in checks if check.kind == "file_exists"}
    return (
        bool(kinds)
        and kinds <= {"file_missing", FILE_SAME_AS, "file_keeps", "file_exists"}
        and all(path in settled or path.endswith("/") for path in made)
        and not _ALSO_CHANGES.search(own_words(text))
    )


def relocations(sentence: Sentence, existing: Collection[str]) -> list[Relocation]:
    """The files that a sentence wants moved or copied, where nothing in its wording is unclear."""
    sources: list[Mention] = []
    is_move = False
    for index, mention in enumerate(sentence.mentions):
        before = sentence.text[: mention.start]
        follows = bool(sources) and bool(
            _JOINED.fullmatch(sentence.text[sources[-1].end : mention.start])
        )
        begins = bool(_MOVE.search(before) or _COPY.search(before))
        if mention.path not in existing or not (begins or follows):
            continue
        if begins:
            sources, is_move = [], bool(_MOVE.search(before))
        sources.append(mention)
        following = sentence.mentions[index + 1 : index + 2]
        found = _destination(sentence.text, mention, following)
        if found is not None:
            path, is_directory = found
            return [_relocation(one.path, path, is_directory, is_move) for one in sources]
    return []


def _destination(text: str, last: Mention, following: Sequence[Mention]) -> tuple[str, bool] | None:
    """Where to, and whether that is a directory; None when the wording does not say it plainly."""
    directory = _TO_DIRECTORY.match(text, last.end)
    if directory:
        return directory["after"] or directory["slash"] or directory["before"], True
    if following and _TO_FILE.fullmatch(text[last.end : following[0].start]):
        return following[0].path, False
    return None


def _relocation(source: str, destination: str, is_directory: bool, is_move: bool) -> Relocation:  # noqa: FBT001  # two facts of one sentence
    """The relocation of one file."""
    path = posixpath.join(destination, posixpath.basename(source)) if is_directory else destination
    return Relocation(source, posixpath.normpath(path), is_move)


def _deleted_by_extension(sentence: Sentence, existing: Collection[str]) -> list[str]:
    """The files that go when all of one kind do."""
    match = _BY_EXTENSION.search(sentence.text)
    if match is None or _ONLY_SOME.search(sentence.text):
        return []
    ending = f".{match['ending']}".lower()
    return sorted(path for path in existing if path.lower().endswith(ending))
