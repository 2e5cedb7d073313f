"""The way out that the search library is given."""

import asyncio
import base64
import contextlib
import time
from urllib.parse import urlsplit

import pytest

from loom_core.network import LOOPBACK_ONLY
from loom_tools.web.search_gate import SearchGate


@pytest.fixture
async def echo():
    """The port of a server that says everything back; what it was sent."""
    received = bytearray()

    async def serve(reader, writer):
        while chunk := await reader.read(100):
            received.extend(chunk)
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], received


def head(gate, target, *, password=None, method="CONNECT"):
    url = urlsplit(gate.url)
    said = base64.b64encode(f"{url.username}:{password or url.password}".encode()).decode()
    return f"{method} {target} HTTP/1.1\r\nProxy-Authorization: Basic {said}\r\n\r\n".encode()


async def talk(gate, sent):
    url = urlsplit(gate.url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(sent)
    writer.write_eof()
    try:
        return await reader.read()
    finally:
        writer.close()


async def test_bytes_are_carried_both_ways_to_a_host_that_is_open(echo):
    port, received = echo
    target = f"localhost:{port}"
    async with SearchGate(frozenset({target}), rules=LOOPBACK_ONLY) as gate:
        url = urlsplit(gate.url)
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(head(gate, target))
        established = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"hello")
        answer = await reader.readexactly(5)
        writer.close()

    assert b" 200 " in established
    assert answer == bytes(received) == b"hello"


async def test_other_hosts_passwords_and_methods_are_refused(echo):
    port, received = echo
    async with SearchGate(frozenset({f"localhost:{port}"}), rules=LOOPBACK_ONLY) as gate:
        for sent in (
            head(gate, f"127.0.0.1:{port}"),
            head(gate, "localhost:1"),
            head(gate, f"localhost:{port}", password="guessed"),
            head(gate, f"http://localhost:{port}/", method="GET"),
            f"CONNECT localhost:{port} HTTP/1.1\r\n\r\n".encode(),
        ):
            assert (await talk(gate, sent + b"hello")).startswith(b"HTTP/1.1 403")

        assert gate.refused == [f"127.0.0.1:{port}", "localhost:1", f"http://localhost:{port}/"]
    assert not received


@pytest.mark.parametrize("sent", [b"", b"GET", b"a" * 200_000])
async def test_what_is_no_request_is_dropped(sent):
    async with SearchGate(frozenset()) as gate:
        with contextlib.suppress(ConnectionError):  # dropped before everything was sent
            assert await talk(gate, sent) == b""


async def test_leaving_cuts_what_is_open(echo):
    port, _ = echo
    target = f"localhost:{port}"
    began = time.monotonic()
    async with SearchGate(frozenset({target}), rules=LOOPBACK_ONLY) as gate:
        url = urlsplit(gate.url)
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(head(gate, target))
        await reader.readuntil(b"\r\n\r\n")

    assert await reader.read() == b""
    writer.close()
    assert time.monotonic() - began < 60
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(url.hostname, url.port)
