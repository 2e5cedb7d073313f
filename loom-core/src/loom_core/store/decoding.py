"""Makes records and events of rows."""

from datetime import datetime
from json import loads

from pydantic import ValidationError
from sqlalchemy import RowMapping

from loom_core.errors import StoreError
from loom_core.events import EVENT_TYPES, Event
from loom_core.store.clock import as_datetime
from loom_core.store.records import (
    ApprovalRecord,
    ChangeRecord,
    MemoryRecord,
    SubtaskRecord,
    TaskRecord,
)
from loom_core.types import (
    ApprovalMode,
    FileChange,
    MemoryEntry,
    MemoryKind,
    PauseCause,
    Plan,
    SubtaskState,
    TaskKind,
    TaskState,
    Usage,
    Verdict,
)

__all__ = [
    "as_approval",
    "as_change",
    "as_event",
    "as_memory",
    "as_subtask",
    "as_task",
]


def as_event(row: RowMapping) -> Event:
    """The event of a row of the journal, equal to the one that was appended.

    Raises:
        StoreError: A newer Loom, or a damaged file, holds something this Loom cannot read.
    """
    kind = EVENT_TYPES.get(row["type"])
    if kind is None or kind.version != row["version"]:
        raise StoreError(
            f"event {row['sequence']} is a {row['type']} of version {row['version']}, which this "
            "Loom does not know; use the version of Loom that wrote it"
        )
    try:
        body = kind.model_validate_json(row["payload"])
    except ValidationError as error:
        raise StoreError(
            f"event {row['sequence']} ({row['type']}) of task {row['task_id']} cannot be read: "
            f"{error.error_count()} of its fields are wrong; restore a backup of the database"
        ) from error
    return Event(
        sequence=row["sequence"],
        task_id=row["task_id"],
        at=as_datetime(row["at"]),
        body=body,
        subtask_id=row["subtask_id"],
        attempt=row["attempt"],
        fence=row["fence"],
    )


def as_task(row: RowMapping) -> TaskRecord:
    """The record of a task, joined with its plan and the time of its newest event."""
    return TaskRecord(
        id=row["id"],
        goal=row["goal"],
        workspace=row["workspace"],
        context=row["context"],
        approval_mode=ApprovalMode(row["approval_mode"]),
        kind=TaskKind(row["kind"]),
        state=TaskState(row["state"]),
        plan=None if row["plan"] is None else Plan.model_validate_json(row["plan"]),
        replans=row["replans"],
        summary=row["summary"],
        reason=row["reason"],
        advice=row["advice"],
        confidence=row["confidence"],
        usage=_usage(row),
        owner=row["owner"],
        lease_until=_moment(row["lease_until"]),
        fence=row["fence"],
        created_at=as_datetime(row["created_at"]),
        updated_at=as_datetime(row["updated_at"]),
        started_at=_moment(row["started_at"]),
        finished_at=_moment(row["finished_at"]),
        pause_cause=PauseCause(row["pause_cause"]) if row["pause_cause"] else None,
        idempotency_key=row["idempotency_key"] or "",
    )


def as_subtask(row: RowMapping) -> SubtaskRecord:
    """The record of a subtask."""
    verdict = row["verdict"]
    return SubtaskRecord(
        task_id=row["task_id"],
        id=row["id"],
        position=row["position"],
        description=row["description"],
        state=SubtaskState(row["state"]),
        attempt=row["attempt"],
        model=row["model"],
        tier=row["tier"],
        summary=row["summary"],
        reason=row["reason"],
        confidence=row["confidence"],
        verdict=None if verdict is None else Verdict.model_validate_json(verdict),
        usage=_usage(row),
        started_at=_moment(row["started_at"]),
        finished_at=_moment(row["finished_at"]),
    )


def as_change(row: RowMapping) -> ChangeRecord:
    """The record of a changed file."""
    return ChangeRecord(
        task_id=row["task_id"],
        subtask_id=row["subtask_id"],
        attempt=row["attempt"],
        sequence=row["sequence"],
        position=row["position"],
        undone_by=row["undone_by"],
        change=FileChange.model_validate({name: row[name] for name in FileChange.model_fields}),
    )


def as_approval(row: RowMapping) -> ApprovalRecord:
    """The record of an approval."""
    return ApprovalRecord(
        task_id=row["task_id"],
        id=row["id"],
        subtask_id=row["subtask_id"],
        what=row["what"],
        reason=row["reason"],
        decision=row["decision"],
        decided_by=row["decided_by"],
        decided_reason=row["decided_reason"],
        requested_at=as_datetime(row["requested_at"]),
        decided_at=_moment(row["decided_at"]),
    )


def as_memory(row: RowMapping) -> MemoryRecord:
    """The record of a memory entry."""
    entry = MemoryEntry(
        kind=MemoryKind(row["kind"]),
        text=row["text"],
        tags=tuple(loads(row["tags"])),
        subtask_id=row["subtask_id"],
    )
    return MemoryRecord(
        id=row["id"], task_id=row["task_id"], entry=entry, at=as_datetime(row["at"])
    )


def _usage(row: RowMapping) -> Usage:
    """The sums of a row."""
    return Usage(
        prompt_tokens=row["prompt_tokens"],
        cached_tokens=row["cached_tokens"],
        completion_tokens=row["completion_tokens"],
        calls=row["calls"],
    )


def _moment(microseconds: int | None) -> datetime | None:
    """A time that may not have come yet."""
    return None if microseconds is None else as_datetime(microseconds)
