"""One event as a frame of a stream. Source: the HTML standard, section 9.2 (server-sent events)."""

from dataclasses import dataclass

from pydantic_core import to_json

from loom_core.events import Event, TaskCancelled, TaskCompleted, TaskFailed

KEEP_ALIVE = b": keep-alive\n\n"
"""A comment: it keeps the connection open, and clients skip it."""
_LAST = (TaskCompleted, TaskFailed, TaskCancelled)


@dataclass(frozen=True, slots=True)
class Frame:
    """An event, ready to be sent to any number of clients."""

    sequence: int
    data: bytes
    is_last: bool
    """Whether the task ended with it."""


def frame_of(event: Event) -> Frame:
    """The frame: its id is the event's sequence, its data one line of JSON."""
    data = to_json(event.as_json())  # JSON keeps line ends inside of text escaped
    text = b"id: %d\nevent: %b\ndata: %b\n\n" % (event.sequence, event.type.encode(), data)
    return Frame(event.sequence, text, isinstance(event.body, _LAST))
