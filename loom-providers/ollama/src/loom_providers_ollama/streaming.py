"""From the bytes of a response to the items of a stream, with limits on silence."""

import asyncio
from collections.abc import AsyncIterator

import httpx

from loom_core.contracts.provider import StreamItem
from loom_core.errors import BadOutput
from loom_core.wire import JsonObject, Patience, Refusal, parse_object
from loom_providers_ollama.answer import AnswerAssembly
from loom_providers_ollama.http_client import NETWORK_ERRORS, HttpClient

_LINGER_SECONDS = 0.5
"""How long the end of the response may take after the last line, to keep the connection."""
_MAX_LINE_BYTES = 16 * 1024 * 1024


class ResponseReader:
    """Reads one response into an answer."""

    def __init__(
        self,
        client: HttpClient,
        response: httpx.Response,
        assembly: AnswerAssembly,
        patience: Patience,
    ) -> None:
        """Read the response of this client."""
        self._client = client
        self._pieces: AsyncIterator[bytes] = response.aiter_raw()
        self._where = f"{response.url.scheme}://{response.url.netloc.decode('ascii')}"
        self._assembly = assembly
        self._patience = patience
        self._rest = b""
        self._has_ended = False

    async def read(self) -> list[StreamItem] | None:
        """What the next bytes bring to show, often nothing; None at the end of the response."""
        if self._has_ended:
            return None
        piece = await self._read()
        self._has_ended = not piece
        lines = (self._rest + piece).split(b"\n")
        self._rest = b"" if self._has_ended else lines.pop()
        if len(self._rest) > _MAX_LINE_BYTES:
            raise BadOutput(
                f"{self._where} sent a line of more than {_MAX_LINE_BYTES} bytes; "
                "check that base_url is an Ollama"
            )
        return [item for line in lines if line.strip() for item in self._take(line)]

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
                "Ollama's log says why, trying again may help"
            ) from error

    def _take(self, data: bytes) -> list[StreamItem]:
        """Add one line; an error object in it is raised."""
        line = _parsed(data, self._where)
        if line.get("error"):
            raise self._client.error_for(Refusal.in_stream(data))
        items = self._assembly.add(line)
        if items or self._assembly.has_started:
            self._patience.note_token()
        return items


def _parsed(data: bytes, where: str) -> JsonObject:
    """The object in a line. Raises ``BadOutput`` when it is none."""
    value = parse_object(data)
    if value is None:
        shown = data[:80].decode("utf-8", "replace")
        raise BadOutput(
            f"{where} sent {shown!r} where a JSON object belongs; "
            "trying again may help, else check that base_url is an Ollama"
        )
    return value
