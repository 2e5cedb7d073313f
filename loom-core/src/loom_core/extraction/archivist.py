"""The built-in extraction: what the run itself knows, without asking a model."""

from collections.abc import Iterable

from loom_core.hookspecs import hookimpl
from loom_core.types import (
    ChangeKind,
    FileChange,
    MemoryEntry,
    MemoryKind,
    Outcome,
    OutcomeStatus,
    Subtask,
    ToolRecord,
)

_MAX_ARTIFACTS = 20
_MAX_ERRORS = 5


class Archivist:
    """Answers ``loom_extract`` with facts of the journal: results, artifacts and failures."""

    @hookimpl(trylast=True)
    def loom_extract(self, subtask: Subtask, outcome: Outcome) -> list[MemoryEntry]:
        """The result, the files that changed and the failures nobody recovered from."""
        return [
            *_result(subtask, outcome),
            *_artifacts(subtask, outcome.changes),
            *_errors(outcome.tool_records),
        ]


def _result(subtask: Subtask, outcome: Outcome) -> Iterable[MemoryEntry]:
    """What was achieved, or why not."""
    if outcome.status is OutcomeStatus.COMPLETED and outcome.summary:
        yield _entry(MemoryKind.CONTEXT, f"{subtask.id}: {outcome.summary}", subtask)
    elif outcome.reason:
        yield _entry(MemoryKind.ERROR, f"{subtask.id} failed: {outcome.reason}", subtask)


def _artifacts(subtask: Subtask, changes: Iterable[FileChange]) -> Iterable[MemoryEntry]:
    """One entry for each file as it was left."""
    last = {change.path: change.kind for change in changes if change.is_of_file}
    for path, kind in list(last.items())[:_MAX_ARTIFACTS]:
        if kind is not ChangeKind.DELETED:
            tags = (path[:200], subtask.id)
            yield MemoryEntry(kind=MemoryKind.ARTIFACT, text=f"{kind} {path}", tags=tags)


def _errors(records: Iterable[ToolRecord]) -> Iterable[MemoryEntry]:
    """Failures that stayed failures, as a warning to later subtasks."""
    failed = [record for record in records if record.is_error and not record.was_recovered]
    for record in failed[:_MAX_ERRORS]:
        arguments = ", ".join(f"{name}={value!r}" for name, value in record.arguments.items())
        text = f"{record.tool} failed ({record.category}): {arguments}"
        yield MemoryEntry(kind=MemoryKind.ERROR, text=text[:500], tags=(record.tool,))


def _entry(kind: MemoryKind, text: str, subtask: Subtask) -> MemoryEntry:
    """An entry about the subtask as a whole."""
    return MemoryEntry(kind=kind, text=text[:2000], tags=(subtask.id,))
