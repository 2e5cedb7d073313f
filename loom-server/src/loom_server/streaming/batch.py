"""Frames that go to a client together, put together once for all clients that are equally far."""

from collections.abc import Sequence
from dataclasses import dataclass

from loom_server.streaming.frame import KEEP_ALIVE, Frame

MAX_CHUNK_BYTES = 256 * 1024
"""What is handed to a connection at once, unless one event is larger."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a client gets next."""

    chunks: tuple[bytes, ...]
    """To be sent one after the other."""
    last: int
    """Sequence of its last event, or of the one before it where it has none."""
    is_end: bool = False
    """Whether the task ended with one of its events."""


def batch_of(frames: Sequence[Frame]) -> Batch:
    """Some frames, at least one, in as few pieces as their sizes allow."""
    is_end = any(frame.is_last for frame in frames)
    return Batch(tuple(map(b"".join, _pieces(frames))), frames[-1].sequence, is_end)


def sign_of_life(after: int) -> Batch:
    """No event, but a comment that clients skip."""
    return Batch((KEEP_ALIVE,), after)


def _pieces(frames: Sequence[Frame]) -> list[list[bytes]]:
    """The frames' bytes, as many together as fit."""
    pieces: list[list[bytes]] = [[]]
    size = 0
    for frame in frames:
        if pieces[-1] and size + len(frame.data) > MAX_CHUNK_BYTES:
            pieces.append([])
            size = 0
        pieces[-1].append(frame.data)
        size += len(frame.data)
    return pieces
