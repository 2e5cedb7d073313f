"""What somebody outside is to be told of an event: one row, written with the event."""

from collections.abc import Iterator, Mapping

from loom_core import events
from loom_core.events import Event, EventBody
from loom_core.store.clock import as_microseconds
from loom_core.store.rows import TaskRow, Write

__all__ = ["TOLD", "WAITS", "writes"]

TOLD: Mapping[type[EventBody], str] = {
    events.TaskWaiting: "task.waiting",
    events.TaskCompleted: "task.completed",
    events.TaskFailed: "task.failed",
    events.TaskCancelled: "task.cancelled",
}
"""Events that are told, and what their messages are called: the ends, and "needs a human"."""
WAITS = "waiting"
"""State of a row whose message has not arrived yet."""


def writes(event: Event, task: TaskRow) -> Iterator[Write]:
    """The row for an event, if it is told and there is somebody to tell."""
    name = TOLD.get(type(event.body))
    if name is None or not task["callback_url"]:
        return
    columns = {
        "sequence": event.sequence,
        "task_id": event.task_id,
        "url": task["callback_url"],
        "type": name,
        "state": WAITS,
        "attempts": 0,
        "due_at": as_microseconds(event.at),
        "status": None,
        "problem": "",
        "settled_at": None,
    }
    yield Write("webhooks", (event.sequence,), columns, is_new=True)
