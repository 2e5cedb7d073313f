"""Five hundred clients of one task, some slow and some that leave and come back: nobody misses anything."""

import asyncio
import re

import pytest
from server_site import LIMIT_SECONDS, Site

from loom_core.engine.owner import new_owner
from loom_core.events import HookFailed, TaskCompleted, TaskExecutionStarted
from loom_core.store import Entry, Store
from loom_core.types import Task
from loom_server.serving.open_files import allow_connections
from loom_server.streaming import feed as feeds

CLIENTS = 500
PARTS, EVENTS = 4, 15
IDS = re.compile(rb"id: (\d+)\nevent")


class Reader:
    """Reads a stream; a slow one stops in the middle, one that leaves comes back with its last id."""

    def __init__(self, port, token, number, written):
        self._port, self._token, self._written = port, token, written
        self._is_slow, self._leaves = number % 10 == 0, number % 10 == 1
        self.connected = asyncio.Event()
        self.seen = []

    async def read(self, last):
        while not self.seen or self.seen[-1] < last:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            after = f"Last-Event-ID: {self.seen[-1]}\r\n" if self.seen else ""
            writer.write(
                f"GET /tasks/t1/stream HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
                f"Authorization: Bearer {self._token}\r\n{after}\r\n".encode()
            )
            await self._take(reader)
            writer.transport.abort()

    async def _take(self, reader):
        """Read until the stream ends or this client has had enough for now."""
        rest, had = b"", len(self.seen)
        while data := await reader.read(65_536):
            self.connected.set()
            text, mark, rest = (rest + data).rpartition(b"\n\n")
            self.seen += map(int, IDS.findall(text + mark))
            if self._leaves and len(self.seen) > had + 15:
                return
            if self._is_slow and self.seen:
                await self._written.wait()


@pytest.mark.slow
async def test_nobody_misses_anything(site: Site, monkeypatch):
    allow_connections()
    monkeypatch.setattr(feeds, "KEPT_FRAMES", 30)  # so that many read the database by themselves
    async with site.serve() as client:
        store = Store.open(site.home / "loom.db")
        await store.create_task(Task(id="t1", goal="g", workspace=str(site.workspace)))
        fence = await store.claim("t1", owner=new_owner(), lease_seconds=600)
        await store.append("t1", [Entry(TaskExecutionStarted())], fence=fence)
        last = await store.newest_sequence("t1") + PARTS * EVENTS + 1
        written = asyncio.Event()
        port = int(client.url.rpartition(":")[2])
        readers = [Reader(port, site.token, number, written) for number in range(CLIENTS)]
        async with asyncio.timeout(2 * LIMIT_SECONDS), asyncio.TaskGroup() as group:
            for reader in readers:
                group.create_task(reader.read(last))
            for reader in readers:
                await reader.connected.wait()
            for _ in range(PARTS):
                body = HookFailed(hook="h", plugin="p", error="x" * 2_000)
                await store.append("t1", [Entry(body)] * EVENTS, fence=fence)
            await store.append("t1", [Entry(TaskCompleted(summary="", confidence=1))], fence=fence)
            written.set()
        await store.close()

    every = list(range(1, last + 1))
    assert [reader.seen for reader in readers if reader.seen != every] == []
