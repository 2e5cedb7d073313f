"""What events change beside states: texts, times, sums, and the rows of the other tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from json import dumps

from loom_core import events
from loom_core.events import Event, EventBody
from loom_core.store.clock import as_microseconds
from loom_core.store.rows import Rows, SubtaskRow, TaskRow, Value, Write
from loom_core.types import FileChange, MemoryEntry, MemoryKind

__all__ = ["Details", "details"]


@dataclass(frozen=True, slots=True)
class Details:
    """Columns of the event's task, columns of its subtask, and writes to other tables."""

    task: Mapping[str, Value] = field(default_factory=dict[str, Value])
    subtask: Mapping[str, Value] = field(default_factory=dict[str, Value])
    others: Sequence[Write] = ()


@singledispatch
def details(_body: EventBody, _event: Event, _rows: Rows) -> Details:
    """What an event with that body changes beside states; nothing for most types."""
    return Details()


@details.register
def _claimed(body: events.TaskClaimed, event: Event, _rows: Rows) -> Details:
    return Details(task={"owner": body.owner, "fence": event.fence})


@details.register
def _task_started(_body: events.TaskExecutionStarted, event: Event, rows: Rows) -> Details:
    return Details(task={"reason": "", **_first_start(event, rows.task(event.task_id))})


@details.register
def _task_waiting(body: events.TaskWaiting, _event: Event, _rows: Rows) -> Details:
    return Details(task={"reason": body.reason})


@details.register
def _task_paused(body: events.TaskPaused, _event: Event, _rows: Rows) -> Details:
    return Details(task={"reason": body.reason, "pause_cause": body.cause.value})


@details.register
def _instructed(body: events.InstructionGiven, event: Event, _rows: Rows) -> Details:
    entry = MemoryEntry(kind=MemoryKind.USER_INSTRUCTION, text=body.text)
    return Details(others=[_memory(event, 0, entry)])


@details.register
def _task_completed(body: events.TaskCompleted, _event: Event, _rows: Rows) -> Details:
    return Details(
        task={"summary": body.summary, "confidence": body.confidence, "reason": "", "advice": ""}
    )


@details.register
def _task_failed(body: events.TaskFailed, _event: Event, _rows: Rows) -> Details:
    return Details(task={"reason": body.reason, "advice": body.advice})


@details.register
def _task_cancelled(body: events.TaskCancelled, _event: Event, _rows: Rows) -> Details:
    return Details(task={"reason": f"cancelled by {body.by}"})


@details.register
def _subtask_started(body: events.SubtaskStarted, event: Event, rows: Rows) -> Details:
    row = rows.subtask(event.task_id, event.subtask_id)
    return Details(
        subtask={"attempt": event.attempt, "tier": body.tier, **_first_start(event, row)}
    )


@details.register
def _prompt_assembled(body: events.PromptAssembled, _event: Event, _rows: Rows) -> Details:
    return Details(subtask={"model": body.model})


@details.register
def _model_answered(body: events.ModelCallFinished, event: Event, rows: Rows) -> Details:
    return Details(
        task=_added(rows.task(event.task_id), body),
        subtask=_added(rows.subtask(event.task_id, event.subtask_id), body),
    )


@details.register
def _verdict(body: events.VerdictReached, _event: Event, _rows: Rows) -> Details:
    return Details(subtask={"verdict": body.verdict.model_dump_json()})


@details.register
def _subtask_completed(body: events.SubtaskCompleted, _event: Event, _rows: Rows) -> Details:
    return Details(subtask={"summary": body.summary, "confidence": body.confidence, "reason": ""})


@details.register
def _turn_answered(body: events.TurnAnswered, _event: Event, _rows: Rows) -> Details:
    return Details(task={"reason": ""}, subtask={"summary": body.text, "reason": ""})


@details.register
def _turn_ended(
    body: events.TurnInterrupted | events.TurnFailed, _event: Event, _rows: Rows
) -> Details:
    return Details(task={"reason": body.reason}, subtask={"reason": body.reason})


@details.register
def _subtask_ended(
    body: events.AttemptFailed
    | events.SubtaskFailed
    | events.SubtaskBlocked
    | events.SubtaskStalled
    | events.SubtaskSkipped,
    _event: Event,
    _rows: Rows,
) -> Details:
    return Details(subtask={"reason": body.reason})


@details.register
def _subtask_parked(body: events.SubtaskParked, event: Event, rows: Rows) -> Details:
    columns: dict[str, Value] = {"is_parking": True}
    if rows.approval(event.task_id, body.approval_id) is None:
        columns |= {"what": body.reason, "reason": body.reason}
    approval = _approval(event, body.approval_id, rows, columns)
    return Details(subtask={"reason": body.reason}, others=[approval])


@details.register
def _approval_requested(body: events.ApprovalRequested, event: Event, rows: Rows) -> Details:
    columns: dict[str, Value] = {"what": body.what, "reason": body.reason}
    return Details(others=[_approval(event, body.approval_id, rows, columns)])


@details.register
def _approval_decided(body: events.ApprovalDecided, event: Event, rows: Rows) -> Details:
    columns: dict[str, Value] = {
        "decision": body.approved,
        "decided_by": body.by,
        "decided_reason": body.reason,
        "decided_at": as_microseconds(event.at),
    }
    return Details(others=[_approval(event, body.approval_id, rows, columns)])


def _approval(event: Event, approval_id: str, rows: Rows, columns: dict[str, Value]) -> Write:
    """A write to an approval, whichever of the events that concern it comes first."""
    key = (event.task_id, approval_id)
    if rows.approval(*key) is not None:
        return Write("approvals", key, columns)
    defaults: dict[str, Value] = {
        "task_id": event.task_id,
        "id": approval_id,
        "subtask_id": event.subtask_id,
        "what": "",
        "reason": "",
        "is_parking": False,
        "decision": None,
        "decided_by": "",
        "decided_reason": "",
        "requested_at": as_microseconds(event.at),
        "decided_at": None,
    }
    return Write("approvals", key, defaults | columns, is_new=True)


@details.register
def _files_changed(body: events.ToolCallFinished, event: Event, _rows: Rows) -> Details:
    return _changes(body.result.changes, event)


@details.register
def _files_put_back(body: events.AttemptRolledBack, event: Event, _rows: Rows) -> Details:
    return _changes(body.changes, event)


@details.register
def _files_found_changed(body: events.StepInDoubt, event: Event, _rows: Rows) -> Details:
    return _changes(body.changes, event)


@details.register
def _changes_undone(body: events.ChangesUndone, event: Event, _rows: Rows) -> Details:
    return Details(others=_marked(body.taken_back, event.sequence))


@details.register
def _changes_redone(body: events.ChangesRedone, _event: Event, _rows: Rows) -> Details:
    return Details(others=_marked(body.taken_back, None))


def _marked(keys: Sequence[events.ChangeKey], undone_by: int | None) -> list[Write]:
    """Recorded changes with the event that undid them, or none."""
    return [Write("changes", key, {"undone_by": undone_by}) for key in keys]


def _changes(changes: Sequence[FileChange], event: Event) -> Details:
    """The rows of changed files."""
    return Details(
        others=[
            _change(event, position, change.model_dump(mode="json"))
            for position, change in enumerate(changes)
        ]
    )


def _change(event: Event, position: int, change: dict[str, Value]) -> Write:
    """The row of one changed file."""
    columns = change | {
        "sequence": event.sequence,
        "position": position,
        "task_id": event.task_id,
        "subtask_id": event.subtask_id,
        "attempt": event.attempt,
        "undone_by": None,
    }
    return Write("changes", (event.sequence, position), columns, is_new=True)


@details.register
def _remembered(body: events.MemoryExtracted, event: Event, _rows: Rows) -> Details:
    return Details(others=[_memory(event, *placed) for placed in enumerate(body.entries)])


def _memory(event: Event, position: int, entry: MemoryEntry) -> Write:
    """The row of one entry of memory."""
    columns: dict[str, Value] = {
        "sequence": event.sequence,
        "task_id": event.task_id,
        "subtask_id": entry.subtask_id,
        "kind": entry.kind.value,
        "text": entry.text,
        "tags": dumps(entry.tags, ensure_ascii=False),
        "at": as_microseconds(event.at),
    }
    return Write("memory_entries", (event.sequence, position), columns, is_new=True)


def _first_start(event: Event, row: TaskRow | SubtaskRow | None) -> dict[str, Value]:
    """The time of the first start, kept for ever."""
    has_started = row is not None and row["started_at"] is not None
    return {} if has_started else {"started_at": as_microseconds(event.at)}


def _added(row: TaskRow | SubtaskRow | None, body: events.ModelCallFinished) -> Mapping[str, Value]:
    """The sums of a row after one more call."""
    if row is None:
        return {}
    usage = body.response.usage
    return {
        "prompt_tokens": row["prompt_tokens"] + usage.prompt_tokens,
        "cached_tokens": row["cached_tokens"] + usage.cached_tokens,
        "completion_tokens": row["completion_tokens"] + usage.completion_tokens,
        "calls": row["calls"] + 1,
    }
