"""From the bytes of a response to the items of a stream, with limits on silence.

The events are read here instead of by the SDK, which puts no bound on an event's size and takes one that
it cannot parse for a defect of the program.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx2

from loom_core.contracts.provider import StreamItem
from loom_core.errors import BadOutput
from loom_core.wire import EventStream, Patience, Refusal, parse_object
from loom_providers_anthropic.answer import AnswerAssembly
from loom_providers_anthropic.client import NETWORK_ERRORS, Client

_LINGER_SECONDS = 0.5
"""How long the end of the response may take after the last event, to keep the connection."""


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
        self._client = client
        self._pieces: AsyncIterator[bytes] = response.aiter_bytes()
        self._where = f"{response.url.scheme}://{response.url.netloc.decode('ascii')}"
        self._assembly = assembly
        self._patience = patience
        self._events = EventStream()
        self._has_ended = False
        self._streams = not response.headers.get("content-type", "").startswith("application/json")

    async def read(self) -> list[StreamItem] | None:
        """What the next bytes bring to show, often nothing; None at the end of the response."""
        if self._has_ended:
            return None
        if not self._streams:
            return await self._read_whole()
        piece = await self._read()
        self._has_ended = not piece
        events = self._events.feed(piece) if piece else self._events.finish()
        return [item for data in events for item in self._take(data)]

    async def _read_whole(self) -> list[StreamItem]:
        """The answer of a server that does not stream."""
        pieces: list[bytes] = []
        while piece := await self._read():
            pieces.append(piece)
        self._has_ended = True
        return self._take(b"".join(pieces))

    async def _read(self) -> bytes:
        """The next bytes; empty at the end. Raises the typed error when none come."""
        is_done = self._assembly.is_done
        limit = _LINGER_SECONDS if is_done else self._patience.remaining_seconds()
        try:
            async with asyncio.timeout(limit):
                return await anext(self._pieces, b"")
        except TimeoutError as error:
            if is_done:
                return b""
            raise self._patience.expired(self._where) from error
        except NETWORK_ERRORS as error:
            if is_done:
                return b""
            raise BadOutput(
                f"the connection to {self._where} broke in the middle of an answer; "
                "trying again may help"
            ) from error

    def _take(self, data: bytes) -> list[StreamItem]:
        """Add one event; an error in it is raised."""
        event = parse_object(data)
        if event is None:
            shown = data[:80].decode("utf-8", "replace")
            raise BadOutput(
                f"{self._where} sent {shown!r} where a JSON object belongs; "
                "trying again may help, else check that base_url is a model server"
            )
        if event.get("error"):
            raise self._client.error_for(Refusal.in_stream(data))
        items = self._assembly.add(event)
        if items or self._assembly.has_started:
            self._patience.note_token()
        return items
