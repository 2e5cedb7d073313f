"""From the bytes of a response to the items of a stream, with limits on silence."""

import aiohttp

from loom_core.contracts.provider import StreamItem
from loom_core.wire import AnswerStream, EventStream, Patience
from loom_providers_openai.answer import AnswerAssembly
from loom_providers_openai.http_client import NETWORK_ERRORS, HttpClient

_DONE = b"[DONE]"


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
        self._assembly = assembly
        self._answer = AnswerStream(
            response.content.readany,
            assembly,
            patience,
            where=str(response.url.origin()),
            network_errors=NETWORK_ERRORS,
            error_for=client.error_for,
        )
        self._events = EventStream()
        self._has_ended = False
        self._streams = response.content_type != "application/json"

    async def read(self) -> list[StreamItem] | None:
        """What the next bytes bring to show, often nothing; None at the end of the response."""
        if self._has_ended:
            return None
        if not self._streams:
            return await self._read_whole()
        if piece := await self._answer.read():
            return self._take_events(self._events.feed(piece))
        self._has_ended = True
        return self._take_events(self._events.finish())

    async def _read_whole(self) -> list[StreamItem]:
        """The answer of a server that does not stream."""
        self._has_ended = True
        items = self._answer.take(await self._answer.read_all())
        self._assembly.is_done = True  # one whole object has no end to miss
        return items

    def _take_events(self, events: list[bytes]) -> list[StreamItem]:
        """Add the data of some events."""
        items: list[StreamItem] = []
        for data in events:
            if data.strip() == _DONE:
                self._assembly.is_done = True
            else:
                items += self._answer.take(data)
        return items
