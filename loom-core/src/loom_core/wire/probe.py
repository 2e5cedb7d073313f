"""Whether something listens at an address, found out without any HTTP client."""

import asyncio
import contextlib


async def is_listening(host: str, port: int, *, timeout_seconds: float = 0.3) -> bool:
    """Whether a TCP connection is accepted within the limit; never raises."""
    try:
        async with asyncio.timeout(timeout_seconds):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, ValueError):
        return False
    writer.close()
    with contextlib.suppress(OSError):  # the other side may be gone already: it did accept
        await writer.wait_closed()
    return True
