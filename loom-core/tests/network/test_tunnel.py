"""Tunnels through the proxy, begun by clients of all kinds."""

import asyncio
import contextlib
import ssl

import pytest

from loom_core.network import proxy as proxies


def hello(name: str | None) -> bytes:
    """The first message of a TLS client that asks for a server by this name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    sent = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=name).do_handshake()
    return sent.read()


BEGUN = hello("allowed.test")


async def test_a_tunnel_carries_bytes_both_ways_to_an_allowed_host(entrance, site):
    begun = hello("Allowed.test")

    got = await entrance.talk(
        f"CONNECT allowed.test:{site.port} HTTP/1.1\r\nHost: a\r\n\r\n".encode() + begun + b"more"
    )

    assert got == b"HTTP/1.1 200 Connection established\r\n\r\n" + begun + b"more"
    assert entrance.proxy.refused == ()


async def test_tls_may_begin_in_small_pieces(entrance, site):
    begun = hello("allowed.test")
    reader, writer = await asyncio.open_connection("127.0.0.1", entrance.port)
    with contextlib.closing(writer):
        writer.write(f"CONNECT allowed.test:{site.port} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        for start in range(0, len(begun), 50):
            writer.write(begun[start : start + 50])
            await writer.drain()
            await asyncio.sleep(0.001)
        writer.write_eof()

        assert await reader.read() == begun


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (hello("evil.example"), "is for another server, evil.example"),
        (hello("www.allowed.test"), "is for another server, www.allowed.test"),
        (hello("test"), "is for another server, test"),
        (hello(None), "names no server"),
        (hello("allowed.test").replace(b"allowed.", b"allowed\0"), "does not begin as TLS"),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "does not begin as TLS"),
        (b"SSH-2.0-client\r\n", "does not begin as TLS"),
        (b"\0" * 100, "does not begin as TLS"),
        (b"\x16\x03\x01\x40\x00" + b"\xff" * 40_000, "does not begin as TLS"),
    ],
)
async def test_a_tunnel_is_for_tls_with_the_allowed_host_only(entrance, site, sent, reason):
    got = await entrance.talk(
        f"CONNECT allowed.test:{site.port} HTTP/1.1\r\nHost: a\r\n\r\n".encode() + sent
    )

    assert got in {b"", b"HTTP/1.1 200 Connection established\r\n\r\n"}
    assert reason in entrance.proxy.refused[0]
    assert entrance.proxy.refused[0].startswith(f"allowed.test:{site.port}: ")
    assert b"".join(site.received) == b""


async def test_a_tunnel_in_which_nothing_begins_is_refused(entrance, site, monkeypatch):
    monkeypatch.setattr(proxies, "_HEAD_SECONDS", 0.2)

    await entrance.talk(
        f"CONNECT allowed.test:{site.port} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
        + hello("allowed.test")[:40],
        ends=False,
    )

    assert "no TLS was begun" in entrance.proxy.refused[0]
    assert b"".join(site.received) == b""


async def test_what_goes_through_is_bounded_over_all_connections(enter, site):
    host = f"allowed.test:{site.port}"
    entrance = await enter(host, max_bytes=3 * len(BEGUN))
    sent = f"CONNECT {host} HTTP/1.1\r\nHost: a\r\n\r\n".encode() + BEGUN

    got = [await entrance.talk(sent) for _ in range(4)]

    assert got[0].endswith(BEGUN)
    assert not got[3].endswith(BEGUN)
    assert f"{3 * len(BEGUN)} bytes" in entrance.proxy.refused[0]
