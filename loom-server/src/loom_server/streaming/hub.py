"""The feeds of all tasks that somebody watches."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from loom_core.events import Event
from loom_core.store import Store
from loom_server.streaming.feed import Feed

MAX_STREAMS = 2_000
"""Clients that may watch at once."""


class Hub:
    """Hands out feeds, and drops those that nobody watches any more."""

    def __init__(self, store: Store) -> None:
        """Watch this store."""
        self.store = store
        self._feeds: dict[str, Feed] = {}
        self._unsubscribe = store.subscribe(self._see)
        self._closed = asyncio.Event()
        self.streams = 0
        """Clients that watch now."""

    @property
    def refusal(self) -> str:
        """Why nobody else may watch now; empty when somebody may."""
        if self._closed.is_set():
            return "the server is stopping; come back with the last id once it runs again"
        if self.streams >= MAX_STREAMS:
            return f"{MAX_STREAMS:,} clients watch already; close one"
        return ""

    async def newest(self, task_id: str, *, at_least: int) -> int:
        """The newest sequence of a task that goes on; one that somebody watches may have a newer one.

        Args:
            task_id: exactly.
            at_least: what a client has seen already.
        """
        feed = self._feeds.get(task_id)
        if feed is not None and feed.end >= at_least:
            return feed.end
        return await self.store.newest_sequence(task_id)

    @asynccontextmanager
    async def watch(self, task_id: str, *, newest: int) -> AsyncGenerator[Feed]:
        """The feed of a task, while inside.

        Args:
            task_id: exactly.
            newest: sequence of the newest event, or an earlier one: a new feed follows from there, and
                clients that are further behind read the database by themselves.
        """
        feed = self._feeds.get(task_id)
        if feed is None:
            feed = self._feeds[task_id] = Feed(self.store, task_id, after=newest)
        feed.watchers += 1
        try:
            if self._closed.is_set():  # since this client was let in
                await feed.close()
            with self.counted():
                yield feed
        finally:
            feed.watchers -= 1
            if not feed.watchers and self._feeds.get(task_id) is feed:
                del self._feeds[task_id]
                await feed.close()

    @contextmanager
    def counted(self) -> Generator[None]:
        """Count a client that watches, while inside."""
        self.streams += 1
        try:
            yield
        finally:
            self.streams -= 1

    async def closes_within(self, seconds: float) -> bool:
        """Whether every stream has to end now, found out within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._closed.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """End every stream; clients come back with the id that they saw last. Twice is allowed."""
        self._closed.set()
        self._unsubscribe()
        await asyncio.gather(*(feed.close() for feed in list(self._feeds.values())))

    def _see(self, event: Event) -> None:
        """Wake the feed of a task that this process wrote to."""
        feed = self._feeds.get(event.task_id)
        if feed is not None:
            feed.wake()
