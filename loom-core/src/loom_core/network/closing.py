"""How a connection ends: what was written is flushed for a short time, and then the socket is closed."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

_FLUSH_SECONDS = 5.0


@contextlib.asynccontextmanager
async def ending(writer: asyncio.StreamWriter) -> AsyncGenerator[None]:
    """Close a connection at the end of a block; cut it at once when the block fails.

    A transport that is only closed keeps its socket until the other side has read everything, which
    may be never. Nor does more wait in it than one ``write``: ``drain`` waits for all of it.
    """
    writer.transport.set_write_buffer_limits(high=0)
    try:
        yield
    except BaseException:
        writer.transport.abort()
        raise
    await _flush(writer)


async def _flush(writer: asyncio.StreamWriter) -> None:
    """Close a connection when all is sent, or after a short time."""
    writer.close()
    try:
        async with asyncio.timeout(_FLUSH_SECONDS):
            await writer.wait_closed()
    except OSError:  # TimeoutError is one
        writer.transport.abort()
    except asyncio.CancelledError:
        writer.transport.abort()
        raise
