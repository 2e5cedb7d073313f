"""One connection and several calls: what ends one connection leaves the next alone."""

import asyncio
from types import SimpleNamespace

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED, CallToolResult, TextContent

from loom_core.errors import ToolFailed
from loom_core.sandbox import Bounds
from loom_core.settings.shape import McpServerSettings
from loom_mcp.client.connection import Connection
from loom_mcp.client.surroundings import Surroundings

LIMIT_SECONDS = 60.0


class Server:
    """What each connection speaks with: it answers, or fails, when it is told to."""

    def __init__(self):
        self.asked = asyncio.Event()
        self.answer = asyncio.get_running_loop().create_future()

    async def send_request(self, *_request):
        self.asked.set()
        return await self.answer


async def test_a_late_failure_does_not_end_the_connection_that_was_opened_since(
    tmp_path, monkeypatch
):
    servers: asyncio.Queue[Server] = asyncio.Queue()

    async def hold(self, ready):
        made = Server()
        servers.put_nowait(made)
        ready.set_result(SimpleNamespace(session=made))
        await self._leave.wait()

    monkeypatch.setattr(Connection, "_hold", hold)
    around = Surroundings(tmp_path, {}, Bounds(max_memory_bytes=10**9, max_processes=10))
    connection = Connection("far", McpServerSettings(command="far"), around)
    async with asyncio.timeout(LIMIT_SECONDS):
        first = asyncio.create_task(connection.call("echo", {}))
        old = await servers.get()
        await old.asked.wait()
        await connection.close()  # as another call does that ran out of time
        second = asyncio.create_task(connection.call("echo", {}))
        new = await servers.get()
        await new.asked.wait()
        old.answer.set_exception(MCPError(CONNECTION_CLOSED, "closed"))
        with pytest.raises(ToolFailed):
            await first
        is_open = connection.is_open
        new.answer.set_result(CallToolResult(content=[TextContent(text="hi")]))
        result = await second
        await connection.close()

    assert is_open
    assert result.content[0].text == "hi"
