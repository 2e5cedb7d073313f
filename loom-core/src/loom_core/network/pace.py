"""Keeping one connection of many small parts from holding up everybody else."""

import asyncio

_PARTS_AT_A_TIME = 32
"""Reading one takes some 20 microseconds."""
_MANY_PARTS = 4096
_LEAST_BYTES = 32
"""What a part has on average, where there are many."""


class PartsTooSmall(OSError):
    """Many parts with next to nothing in them: more work than they are worth."""


class Pace:
    """What reading the parts of one message has cost so far."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._parts = 0
        self._bytes = 0

    async def take(self, count: int) -> None:
        """Count a part of so many bytes, and let others go first now and then.

        Raises ``PartsTooSmall`` when there were many and they were tiny on average.
        """
        self._parts += 1
        self._bytes += count
        if self._parts > _MANY_PARTS and self._bytes < self._parts * _LEAST_BYTES:
            raise PartsTooSmall(f"{self._parts} parts of {self._bytes} bytes")
        if self._parts % _PARTS_AT_A_TIME == 0:
            await asyncio.sleep(0)
