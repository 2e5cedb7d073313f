"""What is told: an event of a task as a message."""

from pydantic_core import to_json

from loom_core.events import Event
from loom_core.store import Delivery, TaskRecord


def id_of(delivery: Delivery) -> str:
    """The id of a message: the same for every attempt, so that a receiver can tell."""
    return f"msg_{delivery.task_id}_{delivery.sequence}"


def body_of(delivery: Delivery, event: Event, task: TaskRecord) -> bytes:
    """The message: what happened, never more of the task than its goal and the event's own words."""
    message = {
        "type": delivery.type,
        "timestamp": event.at.isoformat(),
        "data": {
            "task_id": task.id,
            "sequence": event.sequence,
            "state": delivery.type.removeprefix("task."),
            "goal": task.goal,
            **event.body.model_dump(mode="json"),
        },
    }
    return to_json(message)
