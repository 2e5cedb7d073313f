"""From the bytes of a response to the items of a stream, with limits on silence."""

from collections.abc import AsyncIterator

import httpx

from loom_core.contracts.provider import StreamItem
from loom_core.errors import BadOutput
from loom_core.wire import AnswerStream, Patience
from loom_providers_ollama.answer import AnswerAssembly
from loom_providers_ollama.http_client import NETWORK_ERRORS, HttpClient

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
        pieces: AsyncIterator[bytes] = response.aiter_raw()
        self._where = f"{response.url.scheme}://{response.url.netloc.decode('ascii')}"
        self._answer = AnswerStream(
            lambda: anext(pieces, b""),
            assembly,
            patience,
            where=self._where,
            network_errors=NETWORK_ERRORS,
            error_for=client.error_for,
        )
        self._rest = b""
        self._has_ended = False

    async def read(self) -> list[StreamItem] | None:
        """What the next bytes bring to show, often nothing; None at the end of the response."""
        if self._has_ended:
            return None
        piece = await self._answer.read()
        self._has_ended = not piece
        lines = (self._rest + piece).split(b"\n")
        self._rest = b"" if self._has_ended else lines.pop()
        if len(self._rest) > _MAX_LINE_BYTES:
            raise BadOutput(
                f"{self._where} sent a line of more than {_MAX_LINE_BYTES} bytes; "
                "check that base_url is an Ollama"
            )
        return [item for line in lines if line.strip() for item in self._answer.take(line)]
