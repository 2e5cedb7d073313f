"""The stream of one task: it sends frames as the client takes them, and ends with the task."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.types import Send

from loom_server.streaming.answer import KEEP_ALIVE_SECONDS, StreamedAnswer, send_part
from loom_server.streaming.frame import KEEP_ALIVE, Frame
from loom_server.streaming.hub import Hub

MAX_CHUNK_BYTES = 256 * 1024
"""What is handed to the connection at once, unless one event is larger."""


class EventStream(StreamedAnswer):
    """Server-sent events of one task."""

    def __init__(self, hub: Hub, task_id: str, *, after: int, newest: int, is_over: bool) -> None:
        """Stream from a sequence on.

        Args:
            hub: has the feed.
            task_id: exactly.
            after: sequence of the last event that the client has; 0 for none.
            newest: sequence of the newest event of the task.
            is_over: whether the task has ended, so that the stream does with its newest event.
        """
        super().__init__()
        self._hub = hub
        self._task_id = task_id
        self._after = min(after, newest)
        self._newest = newest
        self._is_over = is_over

    async def send_all(self, send: Send) -> None:
        """Send frames, and keep-alives between them."""
        await send_part(send, KEEP_ALIVE)  # tells the client at once that it is connected
        async with self._hub.watch(self._task_id, newest=self._after) as feed:
            batches = feed.read(self._after)
            try:
                await self._send_batches(batches, send)
            finally:
                await batches.aclose()

    async def _send_batches(self, batches: AsyncGenerator[list[Frame]], send: Send) -> None:
        """Send what comes until the last event was sent."""
        coming = asyncio.ensure_future(anext(batches, None))
        try:
            while True:
                done, _ = await asyncio.wait({coming}, timeout=KEEP_ALIVE_SECONDS)
                if not done:
                    await send_part(send, KEEP_ALIVE)
                    continue
                frames = coming.result()
                if frames is None:
                    return
                for chunk in _chunks(frames):
                    await send_part(send, chunk)
                if self._is_end(frames):
                    return
                coming = asyncio.ensure_future(anext(batches, None))
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    def _is_end(self, frames: list[Frame]) -> bool:
        """Whether nothing comes after these frames."""
        if self._is_over:
            return frames[-1].sequence >= self._newest
        return any(frame.is_last for frame in frames)


def _chunks(frames: list[Frame]) -> list[bytes]:
    """The frames in as few pieces as their sizes allow."""
    chunks: list[list[bytes]] = [[]]
    size = 0
    for frame in frames:
        if chunks[-1] and size + len(frame.data) > MAX_CHUNK_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(frame.data)
        size += len(frame.data)
    return [b"".join(chunk) for chunk in chunks]
