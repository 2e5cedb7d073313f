"""Frames that go to a client together, put together once for all clients that are equally far."""

from collections.abc import Iterable
from dataclasses import dataclass

from loom_server.streaming.frame import KEEP_ALIVE, Frame

MAX_BATCH_BYTES = 256 * 1024
"""What is handed to a connection at once, unless one event is larger: a client that reads slowly keeps no
more than this here."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a client gets next."""

    data: bytes
    last: int
    """Sequence of its last event, or of the one before it where it has none."""
    is_end: bool = False
    """Whether the task ended with one of its events."""


def batch_of(frames: Iterable[Frame]) -> Batch:
    """The first of some frames, at least one, as many as fit."""
    taken: list[Frame] = []
    size = 0
    for frame in frames:
        size += len(frame.data)
        if taken and size > MAX_BATCH_BYTES:
            break
        taken.append(frame)
    data = b"".join(frame.data for frame in taken)
    return Batch(data, taken[-1].sequence, any(frame.is_last for frame in taken))


def sign_of_life(after: int) -> Batch:
    """No event, but a comment that clients skip."""
    return Batch(KEEP_ALIVE, after)
