"""Messages about tasks for somebody outside."""

from typing import Literal

from loom_server.api.models.forms import Sent, Time


class DeliveryView(Sent):
    """One message, and how its delivery goes."""

    sequence: int
    """Of the event that it tells."""
    type: str
    """``task.waiting``, ``task.completed``, ``task.failed`` or ``task.cancelled``."""
    url: str
    state: Literal["waiting", "arrived", "given_up"]
    attempts: int
    status: int | None
    """What the receiver answered last; null when it gave no answer."""
    problem: str
    """Why the newest attempt failed; empty when it did not."""
    due_at: Time
    """When it is tried next, while it waits."""
    settled_at: Time | None


class DeliveryList(Sent):
    """The messages about a task, the oldest first."""

    task_id: str
    deliveries: list[DeliveryView]


class Redelivery(Sent):
    """What is delivered anew."""

    task_id: str
    messages: int
