"""The newest events of one task, read, serialised and joined once for all who watch it."""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

from loom_core.errors import StoreError
from loom_core.events import Event
from loom_core.store import Store
from loom_server.streaming.answer import KEEP_ALIVE_SECONDS
from loom_server.streaming.batch import Batch, batch_of, sign_of_life
from loom_server.streaming.frame import Frame, frame_of

_log = logging.getLogger(__name__)

KEPT_FRAMES = 2_000
KEPT_BYTES = 16 * 1024 * 1024
"""How many frames are held for everybody, and how much; who is further behind reads the database."""
PAGE = 500
PAGE_BEHIND = 100
"""Events that are read at once: of news, for all, and for one client that is behind."""
MOST_BATCHES = 16
"""Places in the stream for which what comes next is held; most clients are at one of them."""
POLL_SECONDS = 0.5
"""How often events that another process wrote are looked for."""
PAUSE_SECONDS = 0.0005
"""For each client, how long nothing is told after something was: what comes meanwhile goes along in one
piece. Each piece costs as much as dozens of events, so that many clients would take the whole processor."""
LONGEST_PAUSE_SECONDS = 0.25


class Feed:
    """Follows the journal of a task while somebody watches.

    The journal alone tells what comes next, whoever wrote it. What this process writes only wakes
    the feed up; for what others write it looks every ``POLL_SECONDS``.
    """

    def __init__(self, store: Store, task_id: str, *, after: int) -> None:
        """Follow from a sequence on."""
        self._store = store
        self._task_id = task_id
        self._frames: list[Frame] = []
        self._sequences: list[int] = []
        self._start = after
        """Everything later is, or was, in ``_frames``."""
        self.end = after
        """Sequence of the newest event that was read."""
        self._wake = asyncio.Event()
        self._batches: dict[int, Batch] = {}
        """What comes after a sequence, for all who are that far."""
        self._news = asyncio.Event()
        self._told_at = asyncio.get_running_loop().time()
        self._is_closed = False
        self.watchers = 0
        """How many clients follow it; whoever makes the feed counts them."""
        self._following = asyncio.create_task(self._follow(), name=f"feed {task_id}")

    def wake(self) -> None:
        """Look for news now."""
        self._wake.set()

    async def close(self) -> None:
        """Let every client go and follow no more."""
        self._is_closed = True
        self._tell()
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)

    async def next(self, after: int) -> Batch | None:
        """What comes after a sequence, as soon as there is something; None once the feed is closed.

        Without an event for a while it is a sign of life. Nobody waits for a client that reads slowly:
        what is not held any more comes from the database.
        """
        news = self._news
        batch = await self._after(after)
        if batch is None and not self._is_closed:
            await news.wait()
            batch = await self._after(after) or sign_of_life(after)
        return None if self._is_closed else batch

    async def _after(self, after: int) -> Batch | None:
        """What there is after a sequence; None for nothing."""
        if after < self._start:
            events = await self._read_patiently(after, PAGE_BEHIND)
            return batch_of(map(frame_of, events)) if events else None
        if after not in self._batches:
            begin = bisect_right(self._sequences, after)
            if begin == len(self._frames):
                return None
            if len(self._batches) == MOST_BATCHES:
                del self._batches[next(iter(self._batches))]
            self._batches[after] = batch_of(islice(self._frames, begin, None))
        return self._batches[after]

    async def _follow(self) -> None:
        """Read what comes, for ever."""
        while True:
            self._wake.clear()
            events = await self._read_patiently(self.end, PAGE)
            if events:
                self._take(list(map(frame_of, events)))
            if len(events) < PAGE:
                if events:
                    await asyncio.sleep(min(self.watchers * PAUSE_SECONDS, LONGEST_PAUSE_SECONDS))
                await self._sleep()

    async def _sleep(self) -> None:
        """Wait until somebody wakes the feed, or until it is time to look by itself."""
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            if asyncio.get_running_loop().time() > self._told_at + KEEP_ALIVE_SECONDS:
                self._tell()

    async def _read_patiently(self, after: int, limit: int) -> Sequence[Event]:
        """The next events after a sequence; waits while the database fails.

        Nothing once the feed is closed, which a database that fails must not hold up.
        """
        while not self._is_closed:
            try:
                return await self._store.events(self._task_id, after=after, limit=limit)
            except StoreError:
                _log.warning("the journal of %s cannot be read now", self._task_id, exc_info=True)
                await asyncio.sleep(POLL_SECONDS)
        return []

    def _take(self, frames: list[Frame]) -> None:
        """Hold the newest frames, and tell the clients."""
        kept = newest_of([*self._frames, *frames])
        if len(self._frames) + len(frames) > len(kept):
            self._start = kept[0].sequence - 1
        self._frames = kept
        self._sequences = [frame.sequence for frame in kept]
        self.end = frames[-1].sequence
        self._batches.clear()
        self._tell()

    def _tell(self) -> None:
        """Wake every client."""
        self._told_at = asyncio.get_running_loop().time()
        news, self._news = self._news, asyncio.Event()
        news.set()


def newest_of(frames: Sequence[Frame]) -> list[Frame]:
    """The newest frames, at least one, as many as are held."""
    size = 0
    first = len(frames)
    for frame in reversed(frames[-KEPT_FRAMES:]):
        size += len(frame.data)
        if size > KEPT_BYTES and first < len(frames):
            break
        first -= 1
    return list(frames[first:])
