"""The time in which a turn holds its session: claimed, renewed, and reachable from elsewhere."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from loom_core.engine.control import LEASE_SECONDS, Control
from loom_core.engine.human.waiting import Answer, Waiting
from loom_core.engine.owner import is_alive, this_owner
from loom_core.errors import StoreError
from loom_core.store import Store

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


@asynccontextmanager
async def under_claim(
    store: Store, task_id: str, *, cancel: Callable[[str], object]
) -> AsyncGenerator[Claim]:
    """A claim for as long as this is entered. Raises ``StoreBusy`` when somebody else has it.

    Args:
        store: where the session is.
        task_id: the session.
        cancel: called with the reason when somebody stops the turn from elsewhere.
    """
    fence = await store.claim(
        task_id, owner=this_owner(), lease_seconds=LEASE_SECONDS, is_alive=is_alive
    )
    claim = Claim(fence)

    async def take_answer(answer: Answer, _subtask_id: str) -> None:
        claim.waiting.give(answer)

    def stop(by: str) -> None:
        cancel(f"stopped by {by}")

    control = Control(
        store,
        task_id,
        fence=fence,
        cancel=stop,
        answer=take_answer,
    )
    helpers = [asyncio.create_task(control.watch()), asyncio.create_task(_admit(claim.waiting))]
    helpers[0].add_done_callback(lambda done: _stop_if_lost(done, claim))
    try:
        yield claim
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        await asyncio.shield(_release(store, task_id, fence))


async def _admit(waiting: Waiting) -> None:
    """Let whoever has an answer go on."""
    while True:
        await waiting.changed()
        await asyncio.sleep(0)  # whoever was answered asks for a slot only after it told so
        waiting.readmit(_SLOTS)


async def _release(store: Store, task_id: str, fence: int) -> None:
    """Give the claim back."""
    try:
        await store.release(task_id, fence=fence)
    except StoreError:
        return  # taken over already, or the database is gone: the lease runs out by itself


def _stop_if_lost(watching: "asyncio.Task[None]", claim: Claim) -> None:
    """Stop working when the claim is lost."""
    if not watching.cancelled() and watching.exception() is not None:
        claim.lose()
