"""A server at an address: read with limits, and reached only as the settings say."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client.streamable_http import streamable_http_client

from loom_mcp.client.limits import MAX_MESSAGE_BYTES, Budget


class _Counted(httpx2.AsyncByteStream):
    """A body that is counted while it is read."""

    def __init__(self, stream: httpx2.AsyncByteStream, budget: Budget) -> None:
        """Count against a budget."""
        self._stream = stream
        self._budget = budget

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The parts. Raises ``Flooded``."""
        async for part in self._stream:
            self._budget.take(len(part), messages=0)
            yield part

    async def aclose(self) -> None:
        """Let go of the connection."""
        await self._stream.aclose()


class _Counting(httpx2.AsyncHTTPTransport):
    """Counts what every answer holds."""

    def __init__(self, budget: Budget) -> None:
        """Count against a budget."""
        super().__init__()
        self._budget = budget

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, whose body is counted."""
        response = await super().handle_async_request(request)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Counted(response.stream, self._budget)
        return response


@asynccontextmanager
async def connect_to(
    url: str, *, headers: Mapping[str, str], budget: Budget, timeout_seconds: float
) -> AsyncGenerator[tuple[Any, Any]]:
    """Messages from and to a server, while inside; where it leads was checked with the settings."""
    async with (
        httpx2.AsyncClient(
            headers={"Accept-Encoding": "identity", **headers},
            timeout=timeout_seconds,
            transport=_Counting(budget),
        ) as client,
        streamable_http_client(
            url, http_client=client, max_sse_event_size=MAX_MESSAGE_BYTES
        ) as streams,
    ):
        yield streams
