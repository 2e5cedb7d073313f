"""The one door through which other processes act on a running task, and the lease that guards it.

A command stays in the database until what it asks for is in the journal, in the same transaction or
before: a crash in between loses nothing, and the next engine finds it again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Protocol

from loom_core.engine.human.answering import ANSWER, from_payload
from loom_core.engine.human.waiting import Answer
from loom_core.engine.lease import LEASE_SECONDS, Lease
from loom_core.errors import StoreBusy, TaskIsOver
from loom_core.store import Command, Store

_log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
"""How often commands of other processes are looked for: a cancel is heard within that."""
CANCEL = "cancel"
"""The command that ends a task."""
PAUSE = "pause"
"""The command that lets a task stand still."""
RESUME = "resume"
"""The command that takes back a pause which is not reached yet."""
STEER = "steer"
"""The command that brings what the user says."""


class Acts(Protocol):
    """What a run does when it is commanded."""

    def cancel(self, command: Command) -> None:
        """End the task; its last event settles the command."""
        ...

    def pause(self, command: Command) -> None:
        """Let the task stand still; the event that says so settles the command."""
        ...

    def resume(self) -> Sequence[int]:
        """Go on after all; the ids of the pauses that are taken back."""
        ...

    def steer(self, command: Command) -> Awaitable[None]:
        """Journal what the user says, which settles the command."""
        ...

    def answer(self, answer: Answer, subtask_id: str) -> Awaitable[None]:
        """Hand an answer to whoever waits for it, who journals it."""
        ...

    def is_journalled(self, answer: Answer) -> Awaitable[bool]:
        """Whether that, or another answer to the same, is in the journal."""
        ...


class Control:
    """Renews the claim and hears commands while a task runs."""

    def __init__(
        self, store: Store, task_id: str, *, fence: int, acts: Acts, lease: Lease | None = None
    ) -> None:
        """Bind to one claim.

        Args:
            store: where commands are.
            task_id: the task.
            fence: the claim.
            acts: does what commands say.
            lease: of the claim, where others look at it too.
        """
        self._store = store
        self._task_id = task_id
        self._fence = fence
        self._acts = acts
        self._lease = lease or Lease(store, task_id, fence=fence)
        self._begun: set[int] = set()
        """Commands that are obeyed and not settled yet."""
        self._given: dict[int, Answer] = {}
        """Answers that somebody has and may not have journalled yet."""

    async def watch(self) -> None:
        """Run until cancelled; a lost claim raises ``StaleFence``."""
        loop = asyncio.get_running_loop()
        renew_at = loop.time() + LEASE_SECONDS / 3
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                if loop.time() >= renew_at:
                    await self._lease.renew()
                    renew_at = loop.time() + LEASE_SECONDS / 3
                await self.listen()
            except StoreBusy:
                # Somebody holds the database for a while; the lease outlasts several tries.
                _log.warning("the database is busy; trying again", exc_info=True)
            except TaskIsOver:
                continue  # its end was committed when this came; the work is about to return

    async def listen(self) -> None:
        """Obey the commands that nobody obeyed yet: a cancel first, the others as they came."""
        await self._settle_answers()
        new = [
            command
            for command in await self._store.commands(self._task_id)
            if command.id not in self._begun
        ]
        for command in sorted(new, key=lambda command: command.kind != CANCEL):
            await self._obey(command)  # what fails is found again at the next look
            self._begun.add(command.id)

    async def _obey(self, command: Command) -> None:
        """Do what a command says."""
        if command.kind == CANCEL:
            self._acts.cancel(command)
        elif command.kind == PAUSE:
            self._acts.pause(command)
        elif command.kind == RESUME:
            await self._settle(command.id, *self._acts.resume())
        elif command.kind == STEER:
            await self._acts.steer(command)
        elif command.kind == ANSWER and (answer := from_payload(command.payload)) is not None:
            await self._acts.answer(*answer)
            self._given[command.id] = answer[0]
        else:
            _log.warning("command %r for %s cannot be read", command.kind, self._task_id)
            await self._settle(command.id)

    async def _settle_answers(self) -> None:
        """Settle the answers that are in the journal."""
        for command_id, answer in list(self._given.items()):
            if await self._acts.is_journalled(answer):
                await self._settle(command_id)
                del self._given[command_id]

    async def _settle(self, *command_ids: int) -> None:
        """Note that commands need nothing more."""
        await self._store.settle(self._task_id, command_ids, fence=self._fence)
