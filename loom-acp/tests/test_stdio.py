"""What a line from the editor is: a message, or something that is answered as none."""

import asyncio
import json
import os

import pytest

from loom_acp.stdio import Pipes, parsed, transport_over


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"garbage", -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b'{"id": ' + b"9" * 5000 + b"}", -32700),
        (b"[]", -32600),
        (b"5", -32600),
        (b'{"jsonrpc": "2.0"}', -32600),
        (b'{"id": {}, "method": "initialize"}', -32600),
        (b'{"id": 7, "method": ["initialize"]}', -32600),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_message_is_answered(line, code):
    message, refusal = parsed(line)

    assert message is None
    assert refusal["error"]["code"] == code


def test_messages_are_taken_as_they_are():
    for message in ({"id": 1, "method": "a"}, {"method": "a"}, {"id": "x", "result": None}):
        assert parsed(json.dumps(message).encode()) == (message, {})


class Ends:
    """A transport and the ends of the editor."""

    def __init__(self):
        reading, self.to_agent = os.pipe()
        self.from_agent, writing = os.pipe()
        self.pipes = Pipes(os.fdopen(reading, "rb", 0), os.fdopen(writing, "wb", 0))

    async def read(self):
        return json.loads(await asyncio.to_thread(os.read, self.from_agent, 100_000))

    def write(self, data):
        os.write(self.to_agent, data)

    def close(self):
        os.close(self.to_agent)


@pytest.fixture
def ends():
    made = Ends()
    yield made
    os.close(made.from_agent)


async def test_too_long_line_is_refused_and_the_next_one_taken(ends):
    transport = await transport_over(ends.pipes, limit=1000)
    ends.write(b'{"id": 1, "method": "' + b"x" * 10_000 + b'"}\n{"id": 2, "method": "a"}\n')

    assert await transport.receive() == {"id": 2, "method": "a"}
    assert (await ends.read())["error"]["code"] == -32600
    ends.close()
    assert await transport.receive() is None
    await transport.close()


async def test_editor_that_reads_no_more_has_gone():
    ends = Ends()
    transport = await transport_over(ends.pipes)
    os.close(ends.from_agent)
    async with asyncio.timeout(20):
        while await asyncio.wait_for(_receives(transport), 20):
            pass

    assert await transport.receive() is None
    ends.close()
    await transport.close()


async def _receives(transport):
    """Send until nobody is there; whether anything can still come."""
    receiving = asyncio.create_task(transport.receive())
    await transport.send({"id": 1, "result": "x" * 1000})
    done, _ = await asyncio.wait({receiving}, timeout=0.1)
    if done:
        return receiving.result() is not None
    receiving.cancel()
    return True
