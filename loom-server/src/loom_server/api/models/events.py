"""Events and memory, as they are read."""

from pydantic import JsonValue

from loom_core.events import Event
from loom_core.store import MemoryRecord
from loom_core.types import MemoryKind
from loom_server.api.models.forms import Sent, Time


class EventView(Sent):
    """One event; in a stream it is the data of a message."""

    sequence: int
    """Its id in a stream: grows, with gaps that mean nothing."""
    task_id: str
    at: Time
    type: str
    version: int
    """Counts incompatible changes of this type's data."""
    subtask_id: str
    """Empty when it concerns the task."""
    attempt: int
    """From 1; 0 when it concerns no attempt."""
    data: dict[str, JsonValue]

    @classmethod
    def of(cls, event: Event) -> "EventView":
        """The view of an event."""
        return cls.model_validate(event.as_json())


class EventPage(Sent):
    """Some of what happened in a task, in order."""

    task_id: str
    events: list[EventView]
    next_after: int | None
    """Ask with ``after`` of this for more; null when this was all."""


class Trace(Sent):
    """Some of what happened in a subtask, in order."""

    task_id: str
    subtask_id: str
    events: list[EventView]
    next_after: int | None
    """Ask with ``after`` of this for more; null when this was all."""


class MemoryView(Sent):
    """One thing that was learned."""

    id: int
    task_id: str
    subtask_id: str
    kind: MemoryKind
    text: str
    tags: list[str]
    at: Time

    @classmethod
    def of(cls, record: MemoryRecord) -> "MemoryView":
        """The view of an entry."""
        entry = record.entry
        return cls(
            id=record.id,
            task_id=record.task_id,
            subtask_id=entry.subtask_id,
            kind=entry.kind,
            text=entry.text,
            tags=list(entry.tags),
            at=record.at,
        )


class Memories(Sent):
    """What a search found, best first; the newest where no text was asked for."""

    entries: list[MemoryView]
