"""The time in which a turn holds its session: claimed, renewed, and reachable from elsewhere."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from loom_core.engine.control import Control
from loom_core.engine.human.answering import is_open
from loom_core.engine.human.waiting import Answer, Waiting
from loom_core.engine.lease import LEASE_SECONDS
from loom_core.engine.owner import is_alive, new_owner
from loom_core.errors import StoreError
from loom_core.store import Command, Store

_SLOTS = 64
"""A session's turn is alone, so that whoever has an answer goes on at once."""


@dataclass(slots=True)
class Claim:
    """A session that this process holds."""

    fence: int
    waiting: Waiting = field(default_factory=Waiting)
    _lost: Callable[[], object] | None = None

    def on_loss(self, stop: Callable[[], object]) -> None:
        """What is called when another process takes the session over."""
        self._lost = stop

    def lose(self) -> None:
        """Stop what works under the claim: whatever it writes from now on is refused."""
        if self._lost is not None:
            self._lost()


class _TurnActs:
    """What a turn does when it is commanded from elsewhere; whatever was obeyed is settled at its end."""

    def __init__(
        self,
        store: Store,
        task_id: str,
        claim: Claim,
        *,
        cancel: Callable[[str], object],
        steer: Callable[[str], object],
    ) -> None:
        """Act on the turn that runs under a claim."""
        self._store = store
        self._task_id = task_id
        self._claim = claim
        self._cancel = cancel
        self._steer = steer
        self.obeyed: list[int] = []

    def cancel(self, command: Command) -> None:
        """Stop the turn; the session goes on with the next one."""
        self.obeyed.append(command.id)
        self._cancel(f"stopped by {command.payload.get('by', 'another process')}")

    def pause(self, command: Command) -> None:
        """Stop the turn: between turns a session stands still anyway."""
        self.cancel(command)

    def resume(self) -> Sequence[int]:
        """Nothing: a turn that was stopped does not go on."""
        return []

    async def steer(self, command: Command) -> None:
        """Tell the model before its next answer."""
        self._steer(str(command.payload.get("text", "")))
        await self._store.settle(self._task_id, [command.id], fence=self._claim.fence)

    async def answer(self, answer: Answer, subtask_id: str) -> None:
        """Hand an answer to whoever waits for it."""
        self._claim.waiting.give(answer)

    async def is_journalled(self, answer: Answer) -> bool:
        """Whether that, or another answer to the same, is in the journal."""
        return not await is_open(self._store, self._task_id, answer)


@asynccontextmanager
async def under_claim(
    store: Store,
    task_id: str,
    *,
    cancel: Callable[[str], object],
    steer: Callable[[str], object],
) -> AsyncGenerator[Claim]:
    """A claim for as long as this is entered. Raises ``StoreBusy`` when somebody else has it.

    Args:
        store: where the session is.
        task_id: the session.
        cancel: called with the reason when somebody stops the turn from elsewhere.
        steer: called with what somebody says from elsewhere.
    """
    fence = await store.claim(
        task_id, owner=new_owner(), lease_seconds=LEASE_SECONDS, is_alive=is_alive
    )
    claim = Claim(fence)
    acts = _TurnActs(store, task_id, claim, cancel=cancel, steer=steer)
    control = Control(store, task_id, fence=fence, acts=acts)
    helpers = [asyncio.create_task(control.watch()), asyncio.create_task(_admit(claim.waiting))]
    helpers[0].add_done_callback(lambda done: _stop_if_lost(done, claim))
    try:
        yield claim
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        await asyncio.shield(_release(store, task_id, fence, acts.obeyed))


async def _admit(waiting: Waiting) -> None:
    """Let whoever has an answer go on."""
    while True:
        await waiting.changed()
        await asyncio.sleep(0)  # whoever was answered asks for a slot only after it told so
        waiting.readmit(_SLOTS)


async def _release(store: Store, task_id: str, fence: int, obeyed: Sequence[int]) -> None:
    """Give the claim back, with what was obeyed under it."""
    try:
        if obeyed:
            await store.settle(task_id, obeyed, fence=fence)
        await store.release(task_id, fence=fence)
    except StoreError:
        return  # taken over already, or the database is gone: the lease runs out by itself


def _stop_if_lost(watching: "asyncio.Task[None]", claim: Claim) -> None:
    """Stop working when the claim is lost."""
    if not watching.cancelled() and watching.exception() is not None:
        claim.lose()
