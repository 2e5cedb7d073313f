"""A proxy, a host on this machine behind it, and clients that send it bytes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import pytest

from loom_core.network import LOOPBACK_ONLY, AllowedHost
from loom_core.network.proxy import Proxy


class Site:
    """A server on this machine that notes all that reaches it."""

    page = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    def __init__(self):
        self.received: list[bytes] = []
        self.connections = 0
        self.port = 0

    async def serve(self, reader, writer):
        self.connections += 1
        with contextlib.closing(writer), contextlib.suppress(OSError):
            data = await reader.read(100_000)
            self.received.append(data)
            writer.write(self.page if data.startswith((b"GET", b"POST")) else data)
            await writer.drain()
            while more := await reader.read(100_000):
                self.received[-1] += more
                if not data.startswith((b"GET", b"POST")):
                    writer.write(more)


@pytest.fixture
async def site() -> AsyncGenerator[Site]:
    site = Site()
    async with await asyncio.start_server(site.serve, "127.0.0.1", 0) as server:
        site.port = server.sockets[0].getsockname()[1]
        yield site


class Entrance:
    """A proxy with a port of its own to speak to it."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.port = 0

    async def talk(self, sent: bytes, *, ends=True) -> bytes:
        """All that comes back for some bytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            writer.write(sent)
            await writer.drain()
            if ends:
                writer.write_eof()
            async with asyncio.timeout(10):
                return await reader.read()
        return b""


def known(**names):
    async def resolve(host):
        if host not in names:
            raise OSError(f"{host} is not known")
        return names[host]

    return resolve


@pytest.fixture
def table():
    """Makes a resolver: ``table(NAME=ADDRESSES, …)``."""
    return known


@pytest.fixture
async def enter():
    """Starts a proxy: ``enter(hosts, resolve=…)``."""
    async with contextlib.AsyncExitStack() as stack:

        async def entered(*hosts, rules=LOOPBACK_ONLY, resolve=None, **options):
            entries = [AllowedHost.parse(host) for host in hosts]
            to_here = known(**{entry.name: ["127.0.0.1"] for entry in entries})
            proxy = Proxy(entries, rules=rules, resolve=resolve or to_here, **options)
            made = Entrance(proxy)
            server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
            await stack.enter_async_context(server)
            made.port = server.sockets[0].getsockname()[1]
            return made

        yield entered


@pytest.fixture
async def entrance(enter, site):
    return await enter(f"allowed.test:{site.port}")
