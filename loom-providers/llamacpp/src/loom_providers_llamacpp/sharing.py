"""One loaded model for all who use it in this process."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from loom_providers_llamacpp.own_thread import start_in_own_thread
from loom_providers_llamacpp.plan import LoadPlan
from loom_providers_llamacpp.server import EmbeddedServer

Load = Callable[[LoadPlan], EmbeddedServer]


@dataclass(slots=True)
class _Shared:
    """A server that is loaded or being loaded, and how many use it."""

    server: "Future[EmbeddedServer]"
    users: int = 0


class SharedServers:
    """Servers by plan, counted by use: the first user loads, the last one unloads."""

    def __init__(self, load: Load = EmbeddedServer) -> None:
        """Start empty."""
        self._load = load
        self._lock = threading.Lock()
        self._shared: dict[LoadPlan, _Shared] = {}

    async def acquire(self, plan: LoadPlan) -> EmbeddedServer:
        """The server of a plan; give it back with ``release``. Raises what loading raised."""
        with self._lock:
            shared = self._shared.get(plan)
            if shared is None:
                shared = self._shared[plan] = _Shared(
                    start_in_own_thread(lambda: self._load(plan), "loom-llamacpp-load")
                )
            shared.users += 1
        try:
            return await asyncio.shield(asyncio.wrap_future(shared.server))
        except BaseException:
            if self._forget(plan, shared):
                _close_unwanted(shared.server)
            raise

    async def release(self, plan: LoadPlan) -> None:
        """Give a server back; the last one frees its memory."""
        with self._lock:
            shared = self._shared[plan]
        if self._forget(plan, shared):
            await asyncio.to_thread(shared.server.result().close)

    def is_loaded(self, plan: LoadPlan) -> bool:
        """Whether somebody in this process has that plan loaded."""
        with self._lock:
            shared = self._shared.get(plan)
        return shared is not None and shared.server.done()

    def _forget(self, plan: LoadPlan, shared: _Shared) -> bool:
        """Count one user less; True when it was the last. What still loads is closed afterwards."""
        with self._lock:
            shared.users -= 1
            if shared.users:
                return False
            if self._shared.get(plan) is shared:
                del self._shared[plan]
        if not shared.server.done():
            shared.server.add_done_callback(_close_unwanted)
            return False
        return True


def _close_unwanted(loaded: "Future[EmbeddedServer]") -> None:
    """Close a server whose users left while it was loading."""
    if loaded.exception() is None:
        loaded.result().close()
