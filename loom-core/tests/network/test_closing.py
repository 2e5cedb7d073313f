"""Connections whose other side reads nothing."""

import asyncio
import contextlib
import socket

import pytest

from loom_core.network import closing
from loom_core.network.closing import ending


@pytest.fixture
async def deaf():
    """A connection to somebody who never reads, with more written to it than fits on the way."""
    ours, theirs = socket.socketpair()
    with contextlib.closing(theirs):
        _, writer = await asyncio.open_connection(sock=ours)
        writer.write(b"x" * 10_000_000)
        yield writer, ours


async def closed(connection):
    await asyncio.sleep(0)
    return connection.fileno() == -1


async def test_a_side_that_reads_nothing_is_cut_after_a_short_time(deaf, monkeypatch):
    monkeypatch.setattr(closing, "_FLUSH_SECONDS", 0.05)
    writer, connection = deaf

    async with ending(writer):
        pass

    assert await closed(connection)


async def test_after_a_failure_nothing_is_waited_for(deaf, monkeypatch):
    monkeypatch.setattr(closing, "_FLUSH_SECONDS", 3600)
    writer, connection = deaf

    with pytest.raises(EOFError):
        async with ending(writer):
            raise EOFError

    assert await closed(connection)


async def test_what_was_written_arrives_before_the_end():
    ours, theirs = socket.socketpair()
    reader, other = await asyncio.open_connection(sock=theirs)
    _, writer = await asyncio.open_connection(sock=ours)

    async def write():
        async with ending(writer):
            writer.write(b"x" * 3_000_000)

    writing = asyncio.create_task(write())
    got = await reader.read()
    await writing

    assert len(got) == 3_000_000
    other.close()
