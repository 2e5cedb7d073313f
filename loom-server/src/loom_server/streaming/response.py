"""The answer that is a stream: it sends frames as the client takes them, and ends with the task."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from loom_server.streaming.frame import KEEP_ALIVE, Frame
from loom_server.streaming.hub import Hub

KEEP_ALIVE_SECONDS = 15.0
SEND_SECONDS = 60.0
"""How long a client may take nothing before it is let go; it can come back where it stopped."""
MAX_CHUNK_BYTES = 256 * 1024
"""What is handed to the connection at once, unless one event is larger."""


class EventStream(Response):
    """Server-sent events of one task."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, task_id: str, *, after: int, newest: int, is_over: bool) -> None:
        """Stream from a sequence on.

        Args:
            hub: has the feed.
            task_id: exactly.
            after: sequence of the last event that the client has; 0 for none.
            newest: sequence of the newest event of the task.
            is_over: whether the task has ended, so that the stream does with its newest event.
        """
        super().__init__(
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
            media_type=self.media_type,
        )
        del self.headers["content-length"]
        self._hub = hub
        self._task_id = task_id
        self._after = min(after, newest)
        self._newest = newest
        self._is_over = is_over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the task is over, the client leaves or the server stops."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        sending = asyncio.create_task(self._send_all(send), name=f"stream {self._task_id}")
        leaving = asyncio.create_task(_left(receive), name=f"leaving {self._task_id}")
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
        if sending.cancelled() or isinstance(sending.exception(), TimeoutError):
            return  # nobody is there, or takes anything: the connection is dropped
        sending.result()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_all(self, send: Send) -> None:
        """Send frames, and keep-alives between them."""
        await _send(send, KEEP_ALIVE)  # tells the client at once that it is connected
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
                    await _send(send, KEEP_ALIVE)
                    continue
                frames = coming.result()
                if frames is None:
                    return
                for chunk in _chunks(frames):
                    await _send(send, chunk)
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


async def _send(send: Send, data: bytes) -> None:
    """Send to a client, which may not take for ever."""
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": True})


async def _left(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
