"""From the bytes of a response to the items of a stream, with limits on silence.

The events are read here instead of by the SDK, which puts no bound on an event's size and takes one that
it cannot parse for a defect of the program.
"""

from collections.abc import AsyncIterator

import httpx2

from loom_core.contracts.provider import StreamItem
from loom_core.wire import AnswerStream, EventStream, Patience
from loom_providers_anthropic.answer import AnswerAssembly
from loom_providers_anthropic.client import NETWORK_ERRORS, Client


class ResponseReader:
    """Reads one response into an answer."""

    def __init__(
        self,
        client: Client,
        response: httpx2.Response,
        assembly: AnswerAssembly,
        patience: Patience,
    ) -> None:
        """Read the response of this client."""
        pieces: AsyncIterator[bytes] = response.aiter_bytes()
        self._answer = AnswerStream(
            lambda: anext(pieces, b""),
            assembly,
            patience,
            where=f"{response.url.scheme}://{response.url.netloc.decode('ascii')}",
            network_errors=NETWORK_ERRORS,
            error_for=client.error_for,
        )
        self._events = EventStream()
        self._has_ended = False
        self._streams = not response.headers.get("content-type", "").startswith("application/json")

    async def read(self) -> list[StreamItem] | None:
        """What the next bytes bring to show, often nothing; None at the end of the response."""
        if self._has_ended:
            return None
        if not self._streams:
            self._has_ended = True
            return self._answer.take(await self._answer.read_all())
        piece = await self._answer.read()
        self._has_ended = not piece
        events = self._events.feed(piece) if piece else self._events.finish()
        return [item for data in events for item in self._answer.take(data)]
