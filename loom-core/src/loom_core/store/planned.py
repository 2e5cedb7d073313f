"""What a new plan does to the tables: its own row, its subtasks, and those of the plan before it."""

from collections.abc import Iterable, Mapping

from loom_core.errors import StoreError
from loom_core.events import Event, PlanCreated, PlanReplaced
from loom_core.store.clock import as_microseconds
from loom_core.store.rows import Rows, SubtaskRow, TaskRow, Value, Write
from loom_core.store.transitions import after_replanning
from loom_core.types import Plan, Subtask, SubtaskState

__all__ = ["NO_USAGE", "new_row", "writes"]

NO_USAGE: Mapping[str, Value] = {
    "prompt_tokens": 0,
    "cached_tokens": 0,
    "completion_tokens": 0,
    "calls": 0,
}
"""The sums of a row that has used nothing yet."""


def writes(
    event: Event, body: PlanCreated | PlanReplaced, task: TaskRow, rows: Rows
) -> list[Write]:
    """Everything that putting a plan in force changes.

    Raises:
        StoreError: Its version is not newer than that of the plan in force.
    """
    if body.plan.version <= task["plan_version"]:
        raise StoreError(
            f"task {task['id']} follows version {task['plan_version']} of its plan; "
            f"version {body.plan.version} was not accepted: give the next plan a higher one"
        )
    before = rows.subtasks(event.task_id)
    is_replaced = isinstance(body, PlanReplaced)
    columns: dict[str, Value] = {
        "plan_version": body.plan.version,
        "replans": task["replans"] + is_replaced,
    }
    return [
        Write("tasks", (event.task_id,), columns),
        _plan(event, body.plan),
        *_planned(event, body.plan, before),
        *_vanished(event, body.plan, before),
    ]


def _plan(event: Event, plan: Plan) -> Write:
    """The plan's own row."""
    columns: dict[str, Value] = {
        "task_id": event.task_id,
        "version": plan.version,
        "plan": plan.model_dump_json(),
    }
    return Write("plans", (event.task_id, plan.version), columns, is_new=True)


def _planned(event: Event, plan: Plan, before: Mapping[str, SubtaskRow]) -> Iterable[Write]:
    """The subtasks of the plan: new ones, and those that an earlier plan had."""
    for position, subtask in enumerate(plan.subtasks):
        row = before.get(subtask.id)
        key = (event.task_id, subtask.id)
        if row is None:
            yield Write("subtasks", key, new_row(event, subtask, position), is_new=True)
        else:
            yield Write("subtasks", key, _kept(row, subtask, position))


def new_row(event: Event, subtask: Subtask, position: int) -> dict[str, Value]:
    """The row of a subtask that nobody knew before."""
    return {
        "task_id": event.task_id,
        "id": subtask.id,
        "position": position,
        "description": subtask.description,
        "state": SubtaskState.PENDING.value,
        "attempt": 0,
        "model": "",
        "tier": 0,
        "summary": "",
        "reason": "",
        "confidence": None,
        "verdict": None,
        **NO_USAGE,
        "started_at": None,
        "finished_at": None,
    }


def _kept(row: SubtaskRow, subtask: Subtask, position: int) -> dict[str, Value]:
    """The columns of a subtask that an earlier plan had too; attempts count on."""
    before = SubtaskState(row["state"])
    state = after_replanning(before, is_planned=True)
    columns: dict[str, Value] = {"position": position, "state": state.value}
    if before is not SubtaskState.COMPLETED:
        columns |= {"description": subtask.description, "finished_at": None}
    return columns


def _vanished(event: Event, plan: Plan, before: Mapping[str, SubtaskRow]) -> Iterable[Write]:
    """Skips what only an earlier plan had and nobody finished."""
    planned = {subtask.id for subtask in plan.subtasks}
    for subtask_id, row in before.items():
        state = SubtaskState(row["state"])
        after = after_replanning(state, is_planned=subtask_id in planned)
        if subtask_id not in planned and after is not state:
            columns: dict[str, Value] = {
                "state": after.value,
                "reason": f"version {plan.version} of the plan no longer has it",
                "finished_at": as_microseconds(event.at),
            }
            yield Write("subtasks", (event.task_id, subtask_id), columns)
