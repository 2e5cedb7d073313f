"""From the bytes of a response to the items of a stream, with limits on silence."""

import asyncio

import aiohttp

from loom_core.contracts.provider import StreamItem
from loom_core.errors import BadOutput
from loom_core.wire import EventStream, JsonObject, Patience, Refusal, parse_object
from loom_providers_openai.answer import AnswerAssembly
from loom_providers_openai.http_client import NETWORK_ERRORS, HttpClient

_DONE = b"[DONE]"
_LINGER_SECONDS = 0.5
"""How long the end of the response may take after ``[DONE]``, to keep the connection."""


class ResponseReader:
    """Reads one response into an answer."""

    def __init__(
        self,
        client: HttpClient,
        response: aiohttp.ClientResponse,
        assembly: AnswerAssembly,
        patience: Patience,
    ) -> None:
        """Read the response of this client."""
        self._client = client
        self._content = response.content
        self._where = str(response.url.origin())
        self._assembly = assembly
        self._patience = patience
        self._events = EventStream()
        self._has_ended = False
        self._streams = response.content_type != "application/json"

    async def read(self) -> list[StreamItem] | None:
        """What the next bytes bring to show, often nothing; None at the end of the response."""
        if self._has_ended:
            return None
        if not self._streams:
            return await self._read_whole()
        if piece := await self._read():
            return self._take_events(self._events.feed(piece))
        self._has_ended = True
        return self._take_events(self._events.finish())

    async def _read_whole(self) -> list[StreamItem]:
        """The answer of a server that does not stream."""
        pieces: list[bytes] = []
        while piece := await self._read():
            pieces.append(piece)
        self._has_ended = True
        items = self._take(b"".join(pieces))
        self._assembly.is_done = True  # one whole object has no end to miss
        return items

    async def _read(self) -> bytes:
        """The next bytes; empty at the end. Raises the typed error when none come."""
        limit = self._patience.remaining_seconds()
        if self._assembly.is_done:
            limit = _LINGER_SECONDS
        try:
            async with asyncio.timeout(limit):
                return await self._content.readany()
        except TimeoutError as error:
            if self._assembly.is_done:
                return b""
            raise self._patience.expired(self._where) from error
        except NETWORK_ERRORS as error:
            if self._assembly.is_done:
                return b""
            raise BadOutput(
                f"the connection to {self._where} broke in the middle of an answer; "
                "the server's log says why, trying again may help"
            ) from error

    def _take_events(self, events: list[bytes]) -> list[StreamItem]:
        """Add the data of some events."""
        items: list[StreamItem] = []
        for data in events:
            if data.strip() == _DONE:
                self._assembly.is_done = True
            else:
                items += self._take(data)
        return items

    def _take(self, data: bytes) -> list[StreamItem]:
        """Add one chunk; an error object in it is raised."""
        chunk = _parsed(data, self._where)
        if chunk.get("error"):
            raise self._client.error_for(Refusal.in_stream(data))
        items = self._assembly.add(chunk)
        if items or self._assembly.has_started:
            self._patience.note_token()
        return items


def _parsed(data: bytes, where: str) -> JsonObject:
    """The object in a chunk. Raises ``BadOutput`` when it is none."""
    value = parse_object(data)
    if value is None:
        shown = data[:80].decode("utf-8", "replace")
        raise BadOutput(
            f"{where} sent {shown!r} where a JSON object belongs; "
            "trying again may help, else check that base_url is a model server"
        )
    return value
