"""Looking at the files that a subtask changed: they exist, are not empty, and parse."""

import asyncio
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loom_core.contracts.check import CheckContext
from loom_core.errors import PathRefused
from loom_core.types import ChangeKind, Evidence, FileChange, Outcome, Subtask
from loom_verifiers.checks.evidence import failed, passed, unverified
from loom_verifiers.checks.files import FileMissing
from loom_verifiers.checks.parsing import MAX_PARSED_BYTES, parser_for
from loom_verifiers.checks.same_as import FileSameAs
from loom_verifiers.checks.syntax import parse_file

_EMPTY_BY_CUSTOM = frozenset({"__init__.py", ".gitkeep", ".keep", ".nojekyll", "py.typed"})
_ASKS_FOR_EMPTY = re.compile(
    r"\b(?:empty|blank|leere\w*|vide|vac\u00ed[oa]|vuot[oa]|vazi[oa])\b|\u043f\u0443\u0441\u0442|\u7a7a",
    re.IGNORECASE,
)
_MOVES = re.compile(r"\b(?:mov|renam|archiv|copy|copi|merg|combin|back)\w*", re.IGNORECASE)
"""Words for contents that are to be kept elsewhere."""
_COMMENTED_JSON = re.compile(r"(?:^|/)(?:[tj]sconfig[^/]*\.json$|\.vscode/|\.devcontainer/)")
"""Files whose readers allow comments; strict JSON would be a wrong demand."""


@dataclass(frozen=True, slots=True)
class NetChange:
    """A file whose content differs from what it was before the subtask."""

    path: str
    is_gone: bool
    was_deleted: bool
    """Whether the last recorded change deleted it; gone without that is a loss."""
    was_moved: bool = False
    """Whether its content lies under another name now."""
    before: str = ""
    """The hash of its content before; empty when it was not there."""


async def net_changes(outcome: Outcome, context: CheckContext) -> list[NetChange]:
    """What the subtask's attempts changed in the end, by the hashes of before and now.

    Changes that were rolled back, or undone by a later call, are none.
    """
    recorded = [*context.changes, *(one for one in outcome.changes if one not in context.changes)]
    before: dict[str, str] = {}
    last: dict[str, FileChange] = {}
    for change in (one for one in recorded if one.is_of_file):
        before.setdefault(change.path, change.before)
        last[change.path] = change
    now = await asyncio.to_thread(_hashes, list(before), context) if before else dict[str, str]()
    own = {change.path for change in outcome.changes if change.is_of_file}
    arrived = {now[path] for path in before if now[path] and now[path] != before[path]}
    return [
        NetChange(
            path,
            is_gone=not now[path],
            was_deleted=last[path].kind is ChangeKind.DELETED,
            was_moved=before[path] in arrived,
            before=before[path],
        )
        for path in before
        if now[path] != before[path] or (path in own and _is_lost(last[path], now))
    ]


async def look_at(
    changes: Sequence[NetChange], subtask: Subtask, context: CheckContext
) -> list[Evidence]:
    """One piece of evidence for each changed file."""
    may_be_empty = bool(_ASKS_FOR_EMPTY.search(subtask.description))
    evidence = [await _look(change, context, may_be_empty=may_be_empty) for change in changes]
    return [*evidence, *_unasked_deletions(changes, subtask), *_hidden(changes, subtask)]


def _unasked_deletions(changes: Sequence[NetChange], subtask: Subtask) -> list[Evidence]:
    """What was deleted although neither a check nor the subtask's words name it, for a human to see."""
    wanted = {spec.target for spec in subtask.checks if spec.kind == FileMissing.name}
    return [
        unverified(f"deleted {change.path}", "nobody named this file; see whether it had to go")
        for change in changes
        if change.was_deleted
        and change.is_gone
        and not change.was_moved
        and change.path not in wanted
        and not _is_named(change.path, subtask.description)
    ]


def _hidden(changes: Sequence[NetChange], subtask: Subtask) -> list[Evidence]:
    """What had to be deleted and lies under another name instead, for a human to see."""
    kinds = {spec.kind for spec in subtask.checks}
    if FileSameAs.name in kinds or _MOVES.search(subtask.description):
        return []
    wanted = {spec.target for spec in subtask.checks if spec.kind == FileMissing.name}
    return [
        unverified(f"deleted {change.path}", "its content lies under another name now")
        for change in changes
        if change.path in wanted and change.is_gone and change.was_moved
    ]


def _is_named(path: str, description: str) -> bool:
    """Whether words name a file, or its kind by its ending, as in *all files that end in .tmp*."""
    name = posixpath.basename(path)
    ending = posixpath.splitext(name)[1]
    is_kind_named = ending and re.search(rf"(?<!\w){re.escape(ending)}(?!\w)", description)
    return name in description or bool(is_kind_named)


async def _look(change: NetChange, context: CheckContext, *, may_be_empty: bool) -> Evidence:
    """The evidence of one changed file; unverified when it cannot be looked into."""
    label = f"changed {change.path}"
    if change.is_gone:
        return passed(label, "was deleted") if change.was_deleted else failed(label, "is gone")
    try:
        return await _look_inside(label, change.path, context, may_be_empty=may_be_empty)
    except (PathRefused, OSError) as error:
        return unverified(label, f"could not be read: {error}")


async def _look_inside(
    label: str, path: str, context: CheckContext, *, may_be_empty: bool
) -> Evidence:
    """Whether a file that is there holds something, and parses where its kind has a parser."""
    parser = parser_for(path)
    if parser is None or _COMMENTED_JSON.search(path):
        is_empty = await asyncio.to_thread(_is_empty, path, context)
    else:
        data = await asyncio.to_thread(context.workspace.read, path, max_bytes=MAX_PARSED_BYTES)
        is_empty = not data.strip()
        if not is_empty:
            return await parse_file(label, path, parser, context)
    if not is_empty:
        return passed(label, "exists and is not empty")
    if may_be_empty or posixpath.basename(path) in _EMPTY_BY_CUSTOM:
        return passed(label, "exists and is empty, as it may be")
    return failed(label, f"{path} is empty; write its content")


def _hashes(paths: Sequence[str], context: CheckContext) -> Mapping[str, str]:
    """The SHA-256 of each file as it is now; empty when it is not there."""
    return {path: context.workspace.sha256(path) for path in paths}


def _is_lost(last: FileChange, now: Mapping[str, str]) -> bool:
    """Whether a file that an attempt left behind is not there any more."""
    return last.kind is not ChangeKind.DELETED and not now[last.path]


def _is_empty(path: str, context: CheckContext) -> bool:
    """Whether a file holds nothing but white space; one that is too large to read is not."""
    try:
        return not context.workspace.read(path, max_bytes=MAX_PARSED_BYTES).strip()
    except PathRefused:
        return False
