"""Carrying bytes between two connections, in a bounded amount."""

import asyncio

_CHUNK_BYTES = 64 * 1024

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class AllowanceSpent(OSError):
    """More was to be carried than may be."""


class Allowance:
    """How much may be carried by all who share it."""

    def __init__(self, max_bytes: int) -> None:
        """Allow so many bytes."""
        self._max_bytes = max_bytes
        self._carried_bytes = 0

    def take(self, count: int) -> None:
        """Use up some of it. Raises ``AllowanceSpent`` when that is more than is left."""
        self._carried_bytes += count
        if self._carried_bytes > self._max_bytes:
            raise AllowanceSpent(f"more than {self._max_bytes} bytes")


async def join(client: Connection, remote: Connection, allowance: Allowance) -> None:
    """Carry bytes both ways until both sides have ended. Whoever opened them closes them.

    Raises ``OSError``: a side broke, or the allowance is spent.
    """
    ways = [
        asyncio.create_task(_carry(client[0], remote[1], allowance)),
        asyncio.create_task(_carry(remote[0], client[1], allowance)),
    ]
    try:
        await asyncio.gather(*ways)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _carry(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, allowance: Allowance
) -> None:
    """Carry bytes one way and let the other side see the end; it may still have something to say."""
    while chunk := await source.read(_CHUNK_BYTES):
        allowance.take(len(chunk))
        sink.write(chunk)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()
