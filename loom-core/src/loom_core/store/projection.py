"""Derives the state tables from the stream: an event and the rows before it give what to write.

Nothing here reads or writes a database, and the same stream always gives the same tables.
"""

from collections.abc import Iterable

from loom_core import events
from loom_core.errors import StoreError, SubtaskIsOver, TaskIsOver
from loom_core.events import Event
from loom_core.store import outbox, planned, turns
from loom_core.store.clock import as_microseconds
from loom_core.store.details import details
from loom_core.store.rows import Rows, SubtaskRow, TaskRow, Value, Write
from loom_core.store.transitions import (
    ANSWERS,
    ENDINGS,
    FINAL_STATES,
    PLAN_EVENTS,
    SUBTASK_STATES,
    TASK_STATES,
    after_answer,
    is_settled,
)
from loom_core.types import SubtaskState

__all__ = ["HANDLED", "WITHOUT_EFFECT", "project"]

WITHOUT_EFFECT = frozenset(
    {
        events.PlanRejected,
        events.PlanDegraded,
        events.PlanPruned,
        events.ModelCallStarted,
        events.ModelCallFailed,
        events.ModelFailedOver,
        events.ModelCameBack,
        events.ConversationCompacted,
        events.ReplyRepaired,
        events.NudgeSent,
        events.SamplesCompared,
        events.InstructionDelivered,
        events.ChecksRun,
        events.ToolCallStarted,
        events.ToolCallDenied,
        events.ExtractionFailed,
        events.LessonsApplied,
        events.MemoryForgotten,
        events.HookFailed,
        events.SessionSummarized,
        events.TurnSteered,
        events.UndoStarted,
    }
)
"""Events that are in the journal only; every other type changes a row."""

HANDLED = frozenset(
    {*TASK_STATES, *SUBTASK_STATES, *ANSWERS, *PLAN_EVENTS, *details.registry}
    - {object, events.EventBody}
)
"""Events that change a row."""


_FOR_OPEN_TASKS = frozenset({*TASK_STATES, *SUBTASK_STATES, *PLAN_EVENTS, events.InstructionGiven})
"""Events that move a task or a subtask to a state, or steer it: a task that has ended takes none."""


_MAKING = frozenset({events.TaskCreated, events.TurnStarted, *PLAN_EVENTS})
"""Events that make tasks or subtasks. A look here is ten times as quick as asking pydantic's classes."""


def project(event: Event, rows: Rows) -> list[Write]:
    """What an event changes, given the rows as they are before it.

    Raises:
        TaskIsOver: It would change a task that has ended, or one of its subtasks.
        SubtaskIsOver: It would change a subtask that is completed or skipped.
        StoreError: It concerns a subtask that no plan of the task has.
    """
    kind = type(event.body)
    if kind in WITHOUT_EFFECT:
        return []
    if kind in _MAKING and isinstance(event.body, events.TaskCreated):
        return [_created(event, event.body, rows)]
    task = _task(event, rows)
    if kind in _FOR_OPEN_TASKS:
        _refuse_if_over(event, task)
    if kind in _MAKING and isinstance(event.body, events.TurnStarted):
        return turns.writes(event, event.body, task, rows)
    if kind in _MAKING and isinstance(event.body, events.PlanCreated | events.PlanReplaced):
        return planned.writes(event, event.body, task, rows)
    return _all_writes(event, task, rows)


def _all_writes(event: Event, task: TaskRow, rows: Rows) -> list[Write]:
    """The writes to the task, to its subtasks, and to the other tables."""
    found, kind = details(event.body, event, rows), type(event.body)
    writes: list[Write] = []
    if columns := {**found.task, **_state_of_task(event)}:
        writes.append(Write("tasks", (task["id"],), columns))
    if event.subtask_id:
        moved = _moved(event, _subtask(event, rows), SUBTASK_STATES.get(kind), rows)
        if columns := {**found.subtask, **moved}:
            writes.append(Write("subtasks", (event.task_id, event.subtask_id), columns))
    elif kind in SUBTASK_STATES and not found.others:
        raise StoreError(f"a {event.type} event must say which subtask it concerns")
    if kind in ENDINGS:
        writes += _of_left_over(event, rows)
    writes += found.others
    writes += outbox.writes(event, task)
    return writes


def _state_of_task(event: Event) -> dict[str, Value]:
    """The columns that the task's move to a state changes."""
    state = TASK_STATES.get(type(event.body))
    if state is None:
        return {}
    if state.is_terminal:
        return {"state": state.value, "finished_at": as_microseconds(event.at)}
    return {"state": state.value}


def _moved(
    event: Event, row: SubtaskRow, state: SubtaskState | None, rows: Rows
) -> dict[str, Value]:
    """The columns that the subtask's move to a state changes."""
    before = SubtaskState(row["state"])
    if type(event.body) in ANSWERS:
        after = after_answer(before, is_parking=_is_parking(event, rows))
        state = None if after is before else after
    if state is None or (state is before and state is SubtaskState.SKIPPED):
        return {}
    if is_settled(before):
        raise SubtaskIsOver(
            f"subtask {row['id']!r} of task {row['task_id']} is already {before.value}; "
            f"{event.type} was not accepted: only a new plan can change it"
        )
    finished_at = as_microseconds(event.at) if state.is_finished else None
    return {"state": state.value, "finished_at": finished_at}


def _is_parking(event: Event, rows: Rows) -> bool:
    """Whether an answer is to a subtask whose attempt is over."""
    if not isinstance(event.body, events.ApprovalDecided):
        return False
    approval = rows.approval(event.task_id, event.body.approval_id)
    return approval is not None and bool(approval["is_parking"])


def _of_left_over(event: Event, rows: Rows) -> Iterable[Write]:
    """Skips the subtasks that the end of their task leaves unfinished."""
    for subtask_id, row in rows.subtasks(event.task_id).items():
        if not SubtaskState(row["state"]).is_finished:
            columns: dict[str, Value] = {
                "state": SubtaskState.SKIPPED.value,
                "reason": ENDINGS[type(event.body)],
                "finished_at": as_microseconds(event.at),
            }
            yield Write("subtasks", (event.task_id, subtask_id), columns)


def _task(event: Event, rows: Rows) -> TaskRow:
    """The event's task."""
    task = rows.task(event.task_id)
    if task is None:
        raise StoreError(f"task {event.task_id} was never created, so {event.type} cannot be kept")
    return task


def _subtask(event: Event, rows: Rows) -> SubtaskRow:
    """The event's subtask."""
    row = rows.subtask(event.task_id, event.subtask_id)
    if row is None:
        raise StoreError(
            f"no plan of task {event.task_id} has a subtask {event.subtask_id!r}; "
            f"{event.type} was not accepted"
        )
    return row


def _refuse_if_over(event: Event, task: TaskRow) -> None:
    """Raise when the task has ended."""
    if task["state"] in FINAL_STATES:
        raise TaskIsOver(
            f"task {task['id']} is already {task['state']}, which never changes; "
            f"{event.type} was not accepted: start a new task instead"
        )


def _created(event: Event, body: events.TaskCreated, rows: Rows) -> Write:
    """The new task's row."""
    if rows.task(event.task_id) is not None:
        raise StoreError(f"task {event.task_id} exists already; give the new task another id")
    columns: dict[str, Value] = {
        "id": event.task_id,
        "sequence": event.sequence,
        "goal": body.goal,
        "workspace": body.workspace,
        "context": body.context,
        "approval_mode": body.approval_mode.value,
        "kind": body.kind.value,
        "state": TASK_STATES[events.TaskCreated].value,
        "plan_version": 0,
        "replans": 0,
        "summary": "",
        "reason": "",
        "advice": "",
        "pause_cause": "",
        "idempotency_key": body.idempotency_key or None,
        "callback_url": body.callback_url,
        "confidence": None,
        **planned.NO_USAGE,
        "owner": "",
        "lease_until": None,
        "lease_boot": "",
        "lease_ticks": None,
        "fence": 0,
        "created_at": as_microseconds(event.at),
        "started_at": None,
        "finished_at": None,
    }
    return Write("tasks", (event.task_id,), columns, is_new=True)
