"""The proxy, spoken to by hostile clients over real sockets."""

import asyncio
import contextlib
import random
import socket

import pytest

from loom_core.network import AddressRules
from loom_core.network import proxy as proxies


async def test_plain_http_is_written_anew_for_its_host(entrance, site):
    got = await entrance.talk(
        f"POST http://allowed.test:{site.port}/a%20b?c=d HTTP/1.1\r\nHost: evil.example\r\n"
        "Proxy-Authorization: Basic c2VjcmV0\r\nProxy-Connection: keep-alive\r\n"
        "Connection: X-Hop\r\nX-Hop: 1\r\nX-Kept: 2\r\nUpgrade: websocket\r\n"
        "Content-Length: 4\r\n\r\nbody".encode()
    )

    head, _, body = site.received[0].decode().partition("\r\n\r\n")
    lines = head.lower().split("\r\n")
    assert got == site.page
    assert lines[0] == "post /a%20b?c=d http/1.1"
    assert f"host: allowed.test:{site.port}" in lines
    assert {"x-kept: 2", "connection: close", "content-length: 4"} < set(lines)
    assert not [line for line in lines if line.startswith(("proxy-", "x-hop", "upgrade"))]
    assert "evil" not in head
    assert body == "body"


async def test_only_the_first_request_of_a_connection_is_read(entrance, site):
    first = f"GET http://allowed.test:{site.port}/1 HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    second = b"GET http://evil.example/2 HTTP/1.1\r\nHost: b\r\n\r\n"

    got = await entrance.talk(first + second + b"rest")

    assert got.count(b"200 OK") == 1
    assert b"/2" not in site.received[0]
    assert b"rest" not in site.received[0]
    assert site.connections == 1


async def test_a_body_in_chunks_has_the_same_end_for_the_host(entrance, site):
    await entrance.talk(
        f"POST http://allowed.test:{site.port}/ HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
        "GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n".encode()
    )

    sent = b"".join(site.received).lower()
    assert sent.endswith(b"\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
    assert b"smuggled" not in sent
    assert b"content-length" not in sent


@pytest.mark.parametrize(
    "request_line",
    [
        "CONNECT {host}:1 HTTP/1.1",
        "CONNECT {host} HTTP/1.1",
        "CONNECT {host}:443 HTTP/1.1",
        "CONNECT evil.example:{port} HTTP/1.1",
        "CONNECT {host}.evil.example:{port} HTTP/1.1",
        "CONNECT evil.example#{host}:{port} HTTP/1.1",
        "CONNECT evil.example@{host}:{port} HTTP/1.1",
        "CONNECT {host}@evil.example:{port} HTTP/1.1",
        "CONNECT {host}/@evil.example:{port} HTTP/1.1",
        "CONNECT https://{host}:{port}/ HTTP/1.1",
        "CONNECT 127.0.0.1:{port} HTTP/1.1",
        "CONNECT 127.1:{port} HTTP/1.1",
        "CONNECT 0x7f000001:{port} HTTP/1.1",
        "CONNECT 2130706433:{port} HTTP/1.1",
        "CONNECT [::1]:{port} HTTP/1.1",
        "CONNECT [::ffff:127.0.0.1]:{port} HTTP/1.1",
        "CONNECT localhost:{port} HTTP/1.1",
        "CONNECT 169.254.169.254:80 HTTP/1.1",
        "GET http://127.0.0.1:{port}/ HTTP/1.1",
        "GET http://evil.example/ HTTP/1.1",
        "GET http://user:word@{host}:{port}/ HTTP/1.1",
        "GET http://{host}:{port}@evil.example/ HTTP/1.1",
        "GET http://evil.example\\@{host}:{port}/ HTTP/1.1",
        "GET https://{host}:{port}/ HTTP/1.1",
        "GET ftp://{host}:{port}/ HTTP/1.1",
        "GET file:///etc/passwd HTTP/1.1",
        "GET / HTTP/1.1",
        "OPTIONS * HTTP/1.1",
    ],
)
async def test_other_places_are_refused_and_told(entrance, site, request_line):
    line = request_line.format(host="allowed.test", port=site.port)

    got = await entrance.talk(f"{line}\r\nHost: allowed.test:{site.port}\r\n\r\nhello".encode())

    assert got.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 400 "))
    assert site.connections == 0
    assert entrance.proxy.refused or got.startswith(b"HTTP/1.1 400 ")


async def test_the_refusal_names_host_and_port_once(entrance):
    for _ in range(3):
        got = await entrance.talk(b"CONNECT EVIL.example:443 HTTP/1.1\r\nHost: a\r\n\r\n")

    assert b"evil.example:443 is not in sandbox.allowed_hosts" in got.splitlines()[0]
    assert entrance.proxy.refused == ("evil.example:443 is not in sandbox.allowed_hosts",)


async def test_refusals_are_kept_in_a_bounded_number(entrance):
    for number in range(40):
        await entrance.talk(f"CONNECT e{number}.example:443 HTTP/1.1\r\nHost: a\r\n\r\n".encode())

    assert len(entrance.proxy.refused) == 20


async def test_names_that_are_not_on_the_list_are_never_looked_up(enter):
    async def resolve(host):
        pytest.fail(f"asked for {host}")

    entrance = await enter("allowed.test", resolve=resolve)

    got = await entrance.talk(
        b"CONNECT secret-in-a-name.evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n"
    )

    assert b" 403 " in got


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["127.0.0.1"],
        ["1.1.1.1", "127.0.0.1"],
        ["::1"],
        ["fd00::1"],
    ],
)
async def test_an_allowed_name_with_a_forbidden_address_is_refused(enter, site, table, addresses):
    host = f"allowed.test:{site.port}"
    resolve = table(**{"allowed.test": addresses})
    entrance = await enter(host, rules=AddressRules(), resolve=resolve)

    got = await entrance.talk(f"CONNECT {host} HTTP/1.1\r\nHost: a\r\n\r\nhello".encode())

    assert b" 403 " in got
    assert "not a public address" in entrance.proxy.refused[0]
    assert site.connections == 0


async def test_a_name_that_flips_is_connected_to_where_it_was_checked(enter, site, monkeypatch):
    """Each answer is another one; what is dialled must be what was checked."""
    dialled: list[str] = []
    answers = random.Random(7)
    connect = asyncio.open_connection

    async def resolve(host):
        return [answers.choice(["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:7f00:1"])]

    async def dial(address, port):
        dialled.append(address)
        return await connect(address, port)

    entrance = await enter(f"allowed.test:{site.port}", resolve=resolve)
    monkeypatch.setattr(proxies.asyncio, "open_connection", dial)
    sent = f"CONNECT allowed.test:{site.port} HTTP/1.1\r\nHost: a\r\n\r\n".encode()

    async def flip():
        reader, writer = await connect("127.0.0.1", entrance.port)
        with contextlib.closing(writer):
            writer.write(sent)
            writer.write_eof()
            return await reader.read()

    got = [await flip() for _ in range(200)]

    refused = [answer for answer in got if b" 403 " in answer]
    assert set(dialled) == {"127.0.0.1"}
    assert len(refused) + len(dialled) == 200
    assert refused


async def test_lookups_that_hang_keep_their_places_when_nobody_waits_any_more(enter, monkeypatch):
    monkeypatch.setattr(proxies, "_CONNECT_SECONDS", 0.05)
    asked, is_known = [], asyncio.Event()

    async def resolve(host):
        asked.append(host)
        await is_known.wait()
        return ["127.0.0.1"]

    entrance = await enter("*.allowed.test", resolve=resolve)
    sent = "CONNECT h{}.allowed.test:443 HTTP/1.1\r\nHost: a\r\n\r\n"

    got = [await entrance.talk(sent.format(number).encode()) for number in range(5)]
    held = list(asked)
    is_known.set()
    await entrance.talk(sent.format(9).encode())

    assert all(answer.startswith(b"HTTP/1.1 502 ") for answer in got)
    assert held == ["h0.allowed.test", "h1.allowed.test"]
    assert asked[2:] == ["h9.allowed.test"]


async def test_a_host_that_is_not_known_or_not_there_is_told(enter, table):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    names = {"closed.test": ["127.0.0.1"]}
    entrance = await enter("gone.test", f"closed.test:{port}", resolve=table(**names))

    unknown = await entrance.talk(b"CONNECT gone.test:443 HTTP/1.1\r\nHost: a\r\n\r\n")
    closed = await entrance.talk(f"CONNECT closed.test:{port} HTTP/1.1\r\nHost: a\r\n\r\n".encode())

    assert unknown.startswith(b"HTTP/1.1 502 the host was not reached: gone.test is not known")
    assert closed.startswith(b"HTTP/1.1 502 the host was not reached: ")
    assert entrance.proxy.refused == ()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0" * 10,
        b"GET",
        b"a" * 200_000,
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 50_000 + b"\r\n",
        b"GET http://allowed.test/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET http://allowed.test/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET http://allowed.test/ HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET http://allowed.test/ HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
        b"GET http://allowed.test/ HTTP/1.1\r\nA : b\r\n\r\n",
        b"GET http://allowed.test/\x0bX HTTP/1.1\r\n\r\n",
        b"CONNECT allowed.test:443 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
async def test_what_is_no_plain_request_reaches_nobody(entrance, site, sent):
    got = await entrance.talk(sent.replace(b"allowed.test", f"allowed.test:{site.port}".encode()))

    assert got == b"" or got.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 "))
    assert site.connections == 0


async def test_a_client_that_never_ends_its_head_is_dropped(entrance, monkeypatch):
    monkeypatch.setattr(proxies, "_HEAD_SECONDS", 0.05)

    assert await entrance.talk(b"GET http://allowed.test/ HTTP/1.1\r\n", ends=False) == b""


async def test_a_request_that_breaks_off_ends_the_connection(entrance, site):
    got = await entrance.talk(
        f"POST http://allowed.test:{site.port}/ HTTP/1.1\r\nHost: a\r\n"
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n".encode(),
        ends=False,
    )

    assert got in {b"", site.page}


@pytest.fixture
async def crumbling():
    """The port of a host whose answers have no end, in chunks of one byte."""

    async def serve(reader, writer):
        with contextlib.closing(writer), contextlib.suppress(OSError, EOFError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"1\r\nx\r\n" * 10_000)
                await writer.drain()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_an_answer_in_tiny_chunks_is_cut(enter, crumbling):
    entrance = await enter(f"allowed.test:{crumbling}")

    got = await entrance.talk(
        f"GET http://allowed.test:{crumbling}/ HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    )

    assert got == b"" or got.startswith(b"HTTP/1.1 200 OK")
    assert "too small" in entrance.proxy.refused[0]


async def test_a_request_in_tiny_chunks_is_cut(enter):
    async def listen(reader, writer):
        with contextlib.closing(writer), contextlib.suppress(OSError):
            await reader.read()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        host = f"allowed.test:{server.sockets[0].getsockname()[1]}"
        entrance = await enter(host)

        got = await entrance.talk(
            f"POST http://{host}/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            + b"1\r\nx\r\n" * 20_000
        )

    assert got == b""
    assert "too small" in entrance.proxy.refused[0]
