"""No address but a public one is ever connected to: seen at the socket, not at the check."""

import asyncio
import random
import socket

import httpcore
import pytest

from loom_core.errors import ToolFailed
from loom_tools.web.fetching import Fetcher
from loom_tools.web.search_gate import SearchGate
from loom_tools.web_fetch import WebFetch

FLIPS = 1000
PUBLIC = "93.184.216.34"
FORBIDDEN = [
    *("127.0.0.1", "::1", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.0.1", "fd00:ec2::254"),
    *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1", "100.100.100.200", "::"),
]
FORMS = [
    *("127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001", "017700000001"),
    *("0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.0.0.1%00", "127.0.0.1%2f@e.com", "①②⑦.⓪.⓪.①"),
    *(
        "127。0。0。1",
        "127.127.127.127",
        "0",
        "0.0.0.0",
        "0x0",
        "localhost",
        "LOCALHOST",
        "localhost.",
    ),
    *("a.localhost", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]"),
    *("[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::127.0.0.1]"),
    *("[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::1%lo]", "[::1%25lo]", "[fe80::1%25lo]"),
    *(
        "e.com@127.0.0.1",
        "127.0.0.1#@e.com",
        "127.0.0.1\\@e.com",
        "e.com:80@127.0.0.1",
        "ⓛocalhost",
    ),
    *("[fd00:ec2::254]", "169.254.169.254", "[::ffff:169.254.169.254]", "2852039166", "10.0.0.1"),
    *("100.100.100.200", "192.168.1.1", "168.63.129.16", "metadata", "loopback.example"),
]


class Dial(httpcore.AsyncNetworkBackend):
    """Connects for real to this machine, and says that every public address has no route."""

    def __init__(self):
        self.asked: list[str] = []

    async def connect_tcp(self, host, port, *rest, **named):
        self.asked.append(host)
        if host == PUBLIC:
            raise httpcore.ConnectError("no route")
        return await httpcore.AnyIOBackend().connect_tcp(host, port, *rest, **named)


@pytest.fixture
def listeners():
    """Servers on both loopback addresses and one port, which must never be connected to."""
    with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
        four.bind(("127.0.0.1", 0))
        port = four.getsockname()[1]
        six.bind(("::1", port))
        for listener in (four, six):
            listener.listen(100)
            listener.setblocking(False)
        yield port, (four, six)
        for listener in (four, six):
            with pytest.raises(BlockingIOError):
                listener.accept()


async def says_loopback(_host):
    return ["127.0.0.1"]


def test_there_are_at_least_forty_forms():
    assert len(set(FORMS)) >= 40


@pytest.mark.parametrize("form", FORMS)
async def test_no_form_of_a_forbidden_address_is_connected_to(session, listeners, form):
    port, _ = listeners
    dial = Dial()
    tool = WebFetch(Fetcher(resolve=says_loopback, dial=dial))
    host, bracket, tail = form.partition("]")

    with pytest.raises(ToolFailed):
        await session.call(lambda: tool, url=f"http://{host}{bracket}{tail}:{port}/")
    with pytest.raises(ToolFailed):
        await session.call(lambda: tool, url=f"http://{form}/")

    assert dial.asked == []


@pytest.mark.parametrize("answer", FORBIDDEN)
@pytest.mark.parametrize("is_first", [True, False])
async def test_one_forbidden_answer_among_good_ones_refuses_all(session, answer, is_first):
    dial = Dial()

    async def both(_host):
        return [answer, PUBLIC] if is_first else [PUBLIC, answer]

    with pytest.raises(ToolFailed, match="not fetched"):
        await session.call(lambda: WebFetch(Fetcher(resolve=both, dial=dial)), url="http://e.com/")

    assert dial.asked == []


async def test_a_thousand_flips_of_a_name_never_reach_this_machine(session, listeners):
    """The resolver answers differently each time; what was checked is what is connected to."""
    port, _ = listeners
    dial, dice = Dial(), random.Random(3)
    answered: list[str] = []

    async def flipping(_host):
        answered.append(dice.choice([PUBLIC, "127.0.0.1", "::1"]))
        return [answered[-1]]

    for number in range(FLIPS):
        tool = WebFetch(Fetcher(resolve=flipping, dial=dial))
        with pytest.raises(ToolFailed):
            await session.call(lambda: tool, url=f"http://{number}.example:{port}/")  # noqa: B023 - called at once

    assert len(answered) == FLIPS
    assert set(answered) == {PUBLIC, "127.0.0.1", "::1"}
    assert dial.asked == [PUBLIC] * answered.count(PUBLIC)


async def test_the_gate_of_the_search_asks_once_and_connects_to_nothing_else(listeners):
    port, _ = listeners
    for answer in FORBIDDEN:

        async def resolve(_host, answer=answer):
            return [answer]

        hosts = frozenset({f"engine.example:{port}"})
        async with SearchGate(hosts, resolve=resolve) as gate:
            head = await ask_gate(gate, f"engine.example:{port}")

        assert head.startswith(b"HTTP/1.1 403")
        assert gate.unreached


async def ask_gate(gate, target):
    from base64 import b64encode
    from urllib.parse import urlsplit

    url = urlsplit(gate.url)
    password = b64encode(f"{url.username}:{url.password}".encode()).decode()
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(
        f"CONNECT {target} HTTP/1.1\r\nProxy-Authorization: Basic {password}\r\n\r\n".encode()
    )
    head = await reader.read()
    writer.close()
    return head
