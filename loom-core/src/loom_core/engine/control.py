"""The one door through which other processes act on a running task, and the lease that guards it."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from loom_core.engine.human.answering import ANSWER, from_payload
from loom_core.engine.human.waiting import Answer
from loom_core.errors import StoreBusy
from loom_core.store import Command, Store

_log = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
"""How long a claim holds without being renewed."""
POLL_SECONDS = 0.25
"""How often commands of other processes are looked for: a cancel is heard within that."""
CANCEL = "cancel"
"""The command that ends a task."""

TakeAnswer = Callable[[Answer, str], Awaitable[None]]
"""Takes what a human said elsewhere, and the subtask that it is for."""


class Control:
    """Renews the claim and hears commands while a task runs."""

    def __init__(
        self,
        store: Store,
        task_id: str,
        *,
        fence: int,
        cancel: Callable[[str], None],
        answer: TakeAnswer | None = None,
    ) -> None:
        """Bind to one claim.

        Args:
            store: where commands are.
            task_id: the task.
            fence: the claim.
            cancel: called with who asked, once a cancel was heard.
            answer: called with each answer that came; None takes none.
        """
        self._store = store
        self._task_id = task_id
        self._fence = fence
        self._cancel = cancel
        self._answer = answer
        self._taken: deque[Command] = deque()
        """Commands that are out of the database and not obeyed yet."""

    async def watch(self) -> None:
        """Run until cancelled; a lost claim raises ``StaleFence``."""
        loop = asyncio.get_running_loop()
        renew_at = loop.time() + LEASE_SECONDS / 3
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                if loop.time() >= renew_at:
                    await self._renew()
                    renew_at = loop.time() + LEASE_SECONDS / 3
                await self._listen()
            except StoreBusy:
                # Somebody holds the database for a while; the lease outlasts several tries.
                _log.warning("the database is busy; trying again", exc_info=True)

    async def _renew(self) -> None:
        """Hold the claim for another while."""
        await self._store.renew(self._task_id, fence=self._fence, lease_seconds=LEASE_SECONDS)

    async def _listen(self) -> None:
        """Obey the commands that came since the last look."""
        commands = await self._store.take_commands(self._task_id, fence=self._fence)
        self._taken.extend(command for command in commands if command.kind != CANCEL)
        self._taken.extendleft(command for command in commands if command.kind == CANCEL)
        while self._taken:
            await self._obey(self._taken[0])
            self._taken.popleft()  # only now: one that met a busy database is tried again

    async def _obey(self, command: Command) -> None:
        """Do what a command says."""
        if command.kind == CANCEL:
            self._cancel(str(command.payload.get("by", "another process")))
        elif command.kind == ANSWER and self._answer is not None:
            answer = from_payload(command.payload)
            if answer is None:
                _log.warning("an answer for %s could not be read", self._task_id)
            else:
                await self._answer(*answer)
        else:
            _log.warning("unknown command %r for %s", command.kind, self._task_id)
