"""An answer that goes on until nothing comes any more, the client leaves or the server stops."""

import asyncio
from abc import abstractmethod

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

KEEP_ALIVE_SECONDS = 15.0
"""How long nothing may be sent."""
SEND_SECONDS = 60.0
"""How long a client may take nothing before it is let go; it can come back where it stopped."""


class StreamedAnswer(Response):
    """Server-sent events, which a subclass sends one after the other."""

    media_type = "text/event-stream"

    def __init__(self) -> None:
        """Answer with a body of unknown length, which nobody may keep."""
        super().__init__(
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
            media_type=self.media_type,
        )
        del self.headers["content-length"]

    @abstractmethod
    async def send_all(self, send: Send) -> None:
        """Send everything, by ``send_part``, and keep-alives in between."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until everything was sent, or nobody is there any more."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        sending = asyncio.create_task(self.send_all(send), name=f"stream {scope['path']}")
        leaving = asyncio.create_task(_left(receive), name=f"leaving {scope['path']}")
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


async def send_part(send: Send, data: bytes) -> None:
    """Send to a client, which may not take for ever. Raises ``TimeoutError``."""
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": True})


async def _left(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
