"""How long a claim surely holds, so that an engine that stood still does not act for another one.

The database refuses whatever a stale engine writes, but not what it does: between the intent of a step and
its effect a process may be stopped, or its machine asleep, for longer than its lease. So it looks at a
clock before each effect, and asks the database where the lease may have run out.
"""

import time
from collections.abc import Callable

from loom_core.store import Store

LEASE_SECONDS = 30.0
"""How long a claim holds without being renewed."""
_SURE_SECONDS = LEASE_SECONDS * 2 / 3
"""How long it surely holds; it is renewed twice in that time by an engine that is awake."""


def seconds_awake_or_not() -> float:
    """A clock that nobody can set and that runs while the machine sleeps, where there is one."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Lease:
    """The lease of one claim."""

    def __init__(
        self,
        store: Store,
        task_id: str,
        *,
        fence: int,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Know the claim, which was made just now; a clock gives seconds."""
        self._store = store
        self._task_id = task_id
        self._fence = fence
        self._clock = clock or seconds_awake_or_not
        self._renewed_at = self._clock()

    async def renew(self) -> None:
        """Hold the claim for another while. Raises ``StaleFence`` when another engine has it."""
        asked_at = self._clock()
        await self._store.renew(self._task_id, fence=self._fence, lease_seconds=LEASE_SECONDS)
        self._renewed_at = asked_at

    async def require(self) -> None:
        """Return if the claim holds. Raises ``StaleFence`` when it was taken over meanwhile."""
        if self._clock() - self._renewed_at >= _SURE_SECONDS:
            await self.renew()
