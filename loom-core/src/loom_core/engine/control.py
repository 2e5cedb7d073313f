"""The one door through which other processes act on a running task, and the lease that guards it."""

import asyncio
import logging
from collections.abc import Callable

from loom_core.errors import StoreBusy
from loom_core.store import Command, Store

_log = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
"""How long a claim holds without being renewed."""
POLL_SECONDS = 0.25
"""How often commands of other processes are looked for: a cancel is heard within that."""
CANCEL = "cancel"
"""The command that ends a task."""


class Control:
    """Renews the claim and hears commands while a task runs."""

    def __init__(
        self, store: Store, task_id: str, *, fence: int, cancel: Callable[[str], None]
    ) -> None:
        """Bind to one claim.

        Args:
            store: where commands are.
            task_id: the task.
            fence: the claim.
            cancel: called with who asked, once a cancel was heard.
        """
        self._store = store
        self._task_id = task_id
        self._fence = fence
        self._cancel = cancel

    async def watch(self) -> None:
        """Run until cancelled; a lost claim raises ``StaleFence``."""
        loop = asyncio.get_running_loop()
        renew_at = loop.time() + LEASE_SECONDS / 3
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if loop.time() >= renew_at:
                await self._renew()
                renew_at = loop.time() + LEASE_SECONDS / 3
            for command in await self._store.take_commands(self._task_id, fence=self._fence):
                self._obey(command)

    async def _renew(self) -> None:
        """Hold the claim on; a busy database is tried again before the lease ends."""
        try:
            await self._store.renew(self._task_id, fence=self._fence, lease_seconds=LEASE_SECONDS)
        except StoreBusy:
            _log.warning("the lease of %s could not be renewed yet", self._task_id)

    def _obey(self, command: Command) -> None:
        """Do what a command says."""
        if command.kind == CANCEL:
            self._cancel(str(command.payload.get("by", "another process")))
        else:
            _log.warning("unknown command %r for %s", command.kind, self._task_id)
