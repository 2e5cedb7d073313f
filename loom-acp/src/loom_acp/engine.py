"""The engine behind all threads of an editor, built when the first one needs it."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from loom_acp import seats
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.notices import Notices
from loom_core.cli.session import EngineOptions, Session
from loom_core.sandbox import describe as describe_sandbox
from loom_core.types import ApprovalMode

if TYPE_CHECKING:
    from loom_core.app import Loom


class Engine:
    """Builds a ``Loom`` once. That takes a second, which an editor need not wait for at its start."""

    def __init__(
        self, session: Session, *, model: str, mode: ApprovalMode | None, is_offline: bool
    ) -> None:
        """Build it from these settings; what it says on its way goes to stderr."""
        self.mode = mode
        """The approval mode that sessions begin with; None is that of the settings."""
        self._session = session
        self._notices = Notices(StatusLine(is_shown=False), agrees=False)
        self._options = EngineOptions(
            say=self.say,
            confirm=self._notices.confirm,
            model=model,
            is_offline=is_offline,
            ask=seats.approve,
            ask_question=seats.answer,
        )
        self._stack = AsyncExitStack()
        self._building = asyncio.Lock()
        self._loom: Loom | None = None

    def say(self, line: str) -> None:
        """Tell whoever reads the agent's log."""
        self._notices.say(line)

    async def loom(self) -> "Loom":
        """The engine. Raises ``LoomError`` when it cannot be built; the next call tries again."""
        async with self._building:
            if self._loom is None:
                building = self._session.build_loom(self._options)
                self._loom = await self._stack.enter_async_context(building)
                settings = self._session.settings.sandbox
                self.say(describe_sandbox(settings, is_offline=self._options.is_offline).detail)
            return self._loom

    async def close(self) -> None:
        """Close models and store."""
        await self._stack.aclose()
