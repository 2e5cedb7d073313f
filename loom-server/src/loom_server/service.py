"""What the routes work with: one engine, one store, the tasks that run here and who watches them."""

import asyncio
import time
from dataclasses import dataclass, field

from loom_core.app import Loom
from loom_core.store import Store
from loom_server.counting import Counters
from loom_server.running.keeper import Keeper
from loom_server.running.pool import Pool
from loom_server.streaming.hub import Hub
from loom_server.webhooks.courier import Courier

MAX_RUNNING = 4
"""Tasks that run at once where nothing else is said."""


@dataclass(slots=True)
class Service:
    """The server's parts, made once."""

    loom: Loom
    pool: Pool
    hub: Hub
    keeping: "asyncio.Task[None]"
    """Takes up what nobody runs."""
    courier: Courier
    delivering: "asyncio.Task[None]"
    """Tells whoever wants to be told."""
    counters: Counters = field(default_factory=Counters)
    started_at: float = field(default_factory=time.monotonic)

    @classmethod
    def over(cls, loom: Loom, *, max_running: int = MAX_RUNNING) -> "Service":
        """A service over an engine. Belongs to the running event loop."""
        pool = Pool(loom.run, max_running=max_running)
        courier = Courier(loom)
        keeping = asyncio.create_task(Keeper(loom, pool).keep(), name="keeper")
        delivering = asyncio.create_task(courier.deliver(), name="courier")
        service = cls(loom, pool, Hub(loom.store), keeping, courier, delivering)
        loom.store.subscribe(service.counters.see)
        return service

    @property
    def store(self) -> Store:
        """The store of the engine."""
        return self.loom.store

    async def close(self) -> None:
        """Let the clients go and park the tasks; the engine belongs to whoever made it."""
        for task in (self.keeping, self.delivering):
            task.cancel()
        await asyncio.gather(self.keeping, self.delivering, return_exceptions=True)
        await self.hub.close()
        await self.pool.close()
