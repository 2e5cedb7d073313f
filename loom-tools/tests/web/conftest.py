"""A real web server on this machine, and tools that may reach it because they were told so."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from loom_core.network import LOOPBACK_ONLY
from loom_tools.web.fetching import Fetcher
from loom_tools.web_fetch import WebFetch

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


class Site:
    """Answers what it was told to, byte for byte, and notes what it was asked."""

    def __init__(self):
        self.answers: dict[str, Answer] = {}
        self.heads: list[str] = []
        self.serving: set[asyncio.Task] = set()
        self.port = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [head.split(" ")[1] for head in self.heads]

    def page(self, path: str, body: bytes | str, kind: str = "text/html", **headers: str) -> str:
        """Answer with a page, and give its URL."""
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = response(data, kind, **headers)
        return self.url(path)

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        self.answers[path] = (
            f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nSet-Cookie: a=b\r\n"
            "Content-Length: 0\r\n\r\n"
        ).encode()
        return self.url(path)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.current_task()
        self.serving.add(serving)
        serving.add_done_callback(self.serving.discard)
        with contextlib.closing(writer), contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            answer = self.answers.get(head.split(" ")[1], NOT_FOUND)
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)

    async def stop(self) -> None:
        """End answers that never would."""
        for serving in self.serving:
            serving.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def response(data: bytes, kind: str, **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n{more}"
    return (head + (f"Content-Type: {kind}\r\n" if kind else "") + "\r\n").encode() + data


@pytest.fixture
async def site() -> AsyncGenerator[Site]:
    site = Site()
    async with await asyncio.start_server(site.serve, "127.0.0.1", 0) as server:
        site.port = server.sockets[0].getsockname()[1]
        yield site
        await site.stop()


@pytest.fixture
def fetch(session):
    """Calls one web_fetch that may reach this machine only."""
    tool = WebFetch(Fetcher(LOOPBACK_ONLY))

    async def call(url: str, **arguments):
        return await session.call(lambda: tool, url=url, **arguments)

    return call
