"""The envelope of an event: when and where it happened."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from loom_core.events.body import EventBody


@dataclass(frozen=True, slots=True)
class Event:
    """One record of the stream, in the order in which it was committed."""

    sequence: int
    """Position in the whole stream; grows, with no meaning in the gaps between tasks."""
    task_id: str
    at: datetime
    """When it was committed, in UTC."""
    body: EventBody
    subtask_id: str = ""
    """Empty when the event concerns the task."""
    attempt: int = 0
    """Attempt of the subtask, from 1; 0 when the event concerns no attempt."""
    fence: int = 0
    """Claim of the task under which it was written."""

    @property
    def type(self) -> str:
        """The event's type: the name of its body's class."""
        return type(self.body).__name__

    def as_json(self) -> dict[str, JsonValue]:
        """The event as one JSON object, as ``loom run --json`` and the server send it."""
        return {
            "sequence": self.sequence,
            "task_id": self.task_id,
            "at": self.at.isoformat(),
            "type": self.type,
            "version": self.body.version,
            "subtask_id": self.subtask_id,
            "attempt": self.attempt,
            "data": self.body.model_dump(mode="json"),
        }
