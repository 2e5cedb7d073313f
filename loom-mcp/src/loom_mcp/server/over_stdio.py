"""Serving one client over standard input and output."""

import asyncio
from typing import Any, cast

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from loom_mcp.server.leaving import Leaving
from loom_mcp.server.lines import Lines
from loom_mcp.server.stopping import on_signal


async def serve_stdio(server: Server[dict[str, Any]], leaving: Leaving) -> None:
    """Serve until the client closes standard input, or somebody stops the process.

    Standard output belongs to the protocol alone: whatever else is written there goes to stderr.
    """
    serving = asyncio.create_task(_serve(server, leaving))

    def stop() -> None:
        leaving.set()
        serving.cancel()

    with on_signal(stop):
        await asyncio.wait({serving})
    if not serving.cancelled():
        serving.result()


async def _serve(server: Server[dict[str, Any]], leaving: Leaving) -> None:
    """Serve the client."""
    lines = cast("Any", Lines(leaving))  # the SDK only iterates over it
    async with stdio_server(stdin=lines) as (read, write):
        await server.run(read, write, server.create_initialization_options())
