"""When the steps of an attempt may begin, and which time counts for its limit."""

from collections.abc import AsyncGenerator, Generator
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)

from loom_core.engine.gate import Gate
from loom_core.engine.time_limit import TimeLimit


class Stepping:
    """Lets the steps of one attempt through the gate of its run."""

    def __init__(self, gate: Gate) -> None:
        """Without a limit."""
        self._gate = gate
        self._limit: TimeLimit | None = None

    @asynccontextmanager
    async def limited(self, limit: TimeLimit) -> AsyncGenerator[None]:
        """While inside, no more than that time passes, less what others take."""
        self._limit = limit
        try:
            async with limit:
                yield
        finally:
            self._limit = None

    @asynccontextmanager
    async def acting(self) -> AsyncGenerator[None]:
        """A step that can change something."""
        await self._passage()
        async with self._gate.acting():
            yield

    @asynccontextmanager
    async def asking(self) -> AsyncGenerator[None]:
        """A call of a model."""
        await self._passage()
        async with self._gate.asking():
            yield

    @contextmanager
    def waiting_for_human(self) -> Generator[None]:
        """While inside, a human takes time, and the call may be stopped."""
        with self._paused(), self._gate.waiting_in_act():
            yield

    @contextmanager
    def waiting_to_ask(self) -> Generator[None]:
        """While inside, a model's server takes time for others, and the call may be stopped."""
        with self._paused(), self._gate.waiting_to_ask():
            yield

    def _paused(self) -> AbstractContextManager[None]:
        """While inside, no time of the attempt passes."""
        return self._limit.paused() if self._limit is not None else nullcontext()

    async def _passage(self) -> None:
        """Return when a step may begin; while the run stands still, no time passes."""
        if self._gate.is_closed:
            with self._paused():
                await self._gate.passage()
