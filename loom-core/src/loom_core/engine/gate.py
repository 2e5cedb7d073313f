"""Where the steps of a run begin: closed while somebody wants the run to stand still.

A step that has begun is let finish, so that nothing is left half done. Between two steps a run may be
stopped at any moment: like after a crash, the journal has all that is needed to go on.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

PATIENCE_SECONDS = 20.0
"""How long calls of models are waited for; one that takes longer is made again after the pause."""


class Gate:
    """Counts the steps of a run that are under way, and lets none begin while it is closed."""

    def __init__(self) -> None:
        """Open."""
        self._opened: asyncio.Future[None] | None = None
        self._acting = 0
        """Steps that can change something."""
        self._asking = 0
        """Calls of models, which change nothing."""
        self._when_quiet: Callable[[], object] = lambda: None
        self._is_patient = True
        self._patience: asyncio.TimerHandle | None = None

    @property
    def is_closed(self) -> bool:
        """Whether no step may begin."""
        return self._opened is not None

    def close(self, when_quiet: Callable[[], object]) -> None:
        """Let no step begin from now on, and say once when none is under way any more."""
        loop = asyncio.get_running_loop()
        if self._opened is None:
            self._opened = loop.create_future()
            self._when_quiet = when_quiet
            self._is_patient = True
            self._patience = loop.call_later(PATIENCE_SECONDS, self._lose_patience)
        self._look()

    def open(self) -> None:
        """Let steps begin again."""
        if self._opened is not None:
            self._opened.set_result(None)
            self._opened = None
        self._forget()

    async def passage(self) -> None:
        """Return when steps may begin."""
        while self._opened is not None:
            await asyncio.shield(self._opened)

    @asynccontextmanager
    async def acting(self) -> AsyncGenerator[None]:
        """A step that can change something: a tool call, or taking changes back."""
        await self.passage()
        self._acting += 1
        try:
            yield
        finally:
            self._acting -= 1
            self._look()

    @asynccontextmanager
    async def asking(self) -> AsyncGenerator[None]:
        """A call of a model."""
        await self.passage()
        self._asking += 1
        try:
            yield
        finally:
            self._asking -= 1
            self._look()

    @contextmanager
    def waiting_in_act(self) -> Generator[None]:
        """While inside, a step that can change something only waits for a human."""
        self._acting -= 1
        self._look()
        try:
            yield
        finally:
            self._acting += 1

    @contextmanager
    def waiting_to_ask(self) -> Generator[None]:
        """While inside, a call of a model only waits for its turn."""
        self._asking -= 1
        self._look()
        try:
            yield
        finally:
            self._asking += 1

    def _lose_patience(self) -> None:
        """Wait for calls of models no longer, but for all that can change something."""
        self._is_patient = False
        self._look()

    def _look(self) -> None:
        """Say that nothing is under way, if that is so and wanted to be known."""
        if self._opened is None or self._acting or (self._asking and self._is_patient):
            return
        tell, self._when_quiet = self._when_quiet, lambda: None
        self._forget()
        tell()

    def _forget(self) -> None:
        """Stop the clock."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
