"""A time limit that stands still while a human is asked."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Self


class TimeLimit:
    """Cancels what runs inside after so many seconds, which raises ``TimeoutError``."""

    def __init__(self, seconds: float) -> None:
        """Let it take so long, less the pauses."""
        self._seconds = seconds
        self._timeout = asyncio.timeout(seconds)
        self._pauses = 0
        self._left_seconds = seconds

    async def __aenter__(self) -> Self:
        """Start the clock."""
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the clock."""
        await self._timeout.__aexit__(kind, error, traceback)

    @contextmanager
    def paused(self) -> Generator[None]:
        """While inside, no time passes; may be entered by several at once."""
        now = asyncio.get_running_loop().time
        self._pauses += 1
        if self._pauses == 1 and not self._timeout.expired():
            self._left_seconds = (self._timeout.when() or now()) - now()
            self._timeout.reschedule(None)
        try:
            yield
        finally:
            self._pauses -= 1
            if self._pauses == 0 and not self._timeout.expired():
                self._timeout.reschedule(now() + self._left_seconds)
