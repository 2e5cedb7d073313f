"""What a turn of a session puts into the tables: a subtask of its own, without any plan."""

from loom_core.errors import StoreError
from loom_core.events import Event, TurnStarted
from loom_core.store.clock import as_microseconds
from loom_core.store.planned import new_row
from loom_core.store.rows import Rows, TaskRow, Value, Write
from loom_core.types import Subtask, SubtaskState, TaskState
from loom_core.types.task import MAX_GOAL_CHARACTERS

__all__ = ["turn_id", "turn_number", "writes"]

_PREFIX = "turn-"


def turn_id(number: int) -> str:
    """The id of a session's turn; they count from 1."""
    return f"{_PREFIX}{number}"


def turn_number(subtask_id: str) -> int:
    """The number of a turn by its id; 0 for what is no turn."""
    number = subtask_id.removeprefix(_PREFIX)
    return int(number) if subtask_id.startswith(_PREFIX) and number.isdecimal() else 0


def writes(event: Event, body: TurnStarted, task: TaskRow, rows: Rows) -> list[Write]:
    """Everything that the beginning of a turn changes.

    Raises:
        StoreError: it has the id of no turn, or that of one that was there before.
    """
    number = turn_number(event.subtask_id)
    if not number or rows.subtask(event.task_id, event.subtask_id) is not None:
        raise StoreError(
            f"a turn of session {task['id']} cannot be called {event.subtask_id!r}: turns are "
            f"called {turn_id(1)!r}, {turn_id(2)!r} and so on, each once"
        )
    turn = Subtask(id=event.subtask_id, description=body.text[:MAX_GOAL_CHARACTERS] or "(empty)")
    at = as_microseconds(event.at)
    started: dict[str, Value] = {
        "state": SubtaskState.RUNNING.value,
        "attempt": event.attempt,
        "started_at": at,
    }
    columns: dict[str, Value] = {"state": TaskState.EXECUTING.value, "reason": ""}
    if task["started_at"] is None:
        columns["started_at"] = at
    return [
        Write("tasks", (event.task_id,), columns),
        Write(
            "subtasks",
            (event.task_id, event.subtask_id),
            {**new_row(event, turn, number - 1), **started},
            is_new=True,
        ),
    ]
