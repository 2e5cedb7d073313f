"""Takes up what the server has to run and nobody runs: after a restart, a crash, or an answer."""

import asyncio
import logging

from loom_core.app import Loom
from loom_core.engine.human.answering import read_open_questions
from loom_core.engine.owner import is_alive
from loom_core.errors import LoomError
from loom_core.store import TaskRecord
from loom_core.types import TaskKind, TaskState
from loom_server.running.creation import creation_of
from loom_server.running.pool import Pool

_log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often it looks."""
_MOST_WAITING = 500


class Keeper:
    """Looks for hosted tasks without anybody who works on them, and has them run here.

    Only what a server accepted: what somebody runs at a terminal is theirs to resume. Another server on
    the same database does the same, and the claim in the database decides who works.
    """

    def __init__(self, loom: Loom, pool: Pool) -> None:
        """Look with this engine, and run in this pool."""
        self._loom = loom
        self._pool = pool
        self._seen: dict[str, int] = {}
        """The newest event of a waiting task when it was last looked at."""

    async def keep(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except LoomError:
                _log.warning("looking for tasks failed; trying again", exc_info=True)
            except Exception:  # noqa: BLE001 - a bug in one look must not leave every later task to nobody
                _log.exception("looking for tasks failed; trying again")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Take up what nobody works on."""
        store = self._loom.store
        for record in await self._loom.resumable_tasks():
            if await self._is_mine(record):
                self._pool.start(record.id)
        waiting = await store.tasks(
            state=TaskState.WAITING_APPROVAL, kind=TaskKind.GOAL, limit=_MOST_WAITING
        )
        self._seen = {record.id: self._seen.get(record.id, 0) for record in waiting}
        for record in waiting:
            if await self._is_mine(record) and await self._is_answered(record):
                self._pool.start(record.id)

    async def _is_mine(self, record: TaskRecord) -> bool:
        """Whether a server has to run it and nobody does."""
        if record.id in self._pool.running or record.id in self._pool.queued:
            return False
        if record.owner and is_alive(record.owner):
            return False
        return (await creation_of(self._loom.store, record.id)).is_hosted

    async def _is_answered(self, record: TaskRecord) -> bool:
        """Whether something was answered since it was last looked at, and nothing is open."""
        store = self._loom.store
        newest = await store.newest_sequence(record.id)
        if newest == self._seen[record.id]:
            return False
        self._seen[record.id] = newest
        if any(one.decision is None for one in await store.approvals(record.id)):
            return False
        return not await read_open_questions(store, record.id)
