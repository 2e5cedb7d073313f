"""The one thread that writes, and the queue before it: whatever waits is committed together."""

import asyncio
import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from loom_core.errors import LoomError, StoreError
from loom_core.events import Event
from loom_core.store.draft import Draft
from loom_core.store.transactor import Answer, Result, Transactor
from loom_core.store.works import Work

__all__ = ["Observer", "Writer"]

Observer = Callable[[Event], None]
"""Sees each event after its commit, on the event loop."""

_MAX_JOBS = 2_000
"""Pieces of work in one transaction."""

_PATIENCE_SECONDS = 0.02
"""How long work that nobody waits for may lie: one large transaction costs less than many small ones,
and the thread would be in the way of the next request."""

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Job:
    """A piece of work, who waits for it, and the job that must have succeeded before it."""

    work: Work[Any]
    future: asyncio.Future[Any]
    order: Hashable
    before: "_Job | None" = None
    error: Exception | None = None

    @property
    def has_effect(self) -> bool:
        """As the work says."""
        return self.work.has_effect

    def do(self, draft: Draft) -> object:
        """Do the work, or fail as the job before it did."""
        self._refuse_after_failure()
        try:
            return self.work.do(draft)
        except Exception as error:
            self.error = error
            raise

    def _refuse_after_failure(self) -> None:
        """Raise what the job before it raised."""
        if self.before is not None and self.before.error is not None:
            self.error = _as_store_error(self.before.error)
            raise self.error


class Writer:
    """Takes work from one event loop and answers it there, in the order of the stream."""

    def __init__(self, transactor: Transactor) -> None:
        """Start the thread; it ends with ``close``, or with the process."""
        self._transactor = transactor
        self._queue: SimpleQueue[list[_Job] | None] = SimpleQueue()
        self._gathered: list[_Job] = []
        self._taken: list[_Job] = []
        self._is_open = True
        self._timer: asyncio.TimerHandle | None = None
        self._observers: tuple[Observer, ...] = ()
        self._newest: dict[Hashable, _Job] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._write, name="loom-store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], *, is_urgent: bool = True) -> asyncio.Future[T]:
        """Queue a piece of work; the future has its answer once it is committed.

        Work of one order succeeds in order: if a piece fails, those that were queued after it before
        anybody could know fail with the same error.

        Raises:
            StoreError: The store is closed.
        """
        if self._is_closed:
            raise StoreError("the store is closed; open it again to write")
        future: asyncio.Future[T] = self._running_loop().create_future()
        job = _Job(work, future, work.order)
        if job.order is not None:
            job.before = self._newest.get(job.order)
            self._newest[job.order] = job
        self._gathered.append(job)
        if is_urgent:
            self.hurry()
        elif self._timer is None:
            self._timer = self._running_loop().call_later(_PATIENCE_SECONDS, self.hurry)
        return future

    def hurry(self) -> None:
        """Give the thread what was gathered, as somebody waits for it now.

        Until then it lies: waking the thread for each piece costs more than the piece.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._queue.put(gathered)

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Show an observer every event written from now on; calling the result ends it."""
        self._observers = (*self._observers, observer)

        def unsubscribe() -> None:
            """Show it no more."""
            self._observers = tuple(kept for kept in self._observers if kept is not observer)

        return unsubscribe

    async def close(self) -> None:
        """Commit what is queued, answer it, and end the thread."""
        if not self._is_closed:
            self._is_closed = True
            self.hurry()
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        """The loop that the store belongs to: the first one that writes."""
        known = self._loop
        if known and self._loop_thread == threading.get_ident() and known.is_running():
            return known  # a thread runs one loop at a time; asking asyncio is a system call
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop, self._loop_thread = loop, threading.get_ident()
        if self._loop is not loop:
            raise RuntimeError("a store belongs to the event loop that first wrote with it")
        return loop

    def _write(self) -> None:
        """The thread: one transaction after the other."""
        is_open = True
        while is_open:
            jobs, is_open = self._waiting()
            if jobs:
                self._deliver_later(jobs, self._run(jobs))
        self._transactor.close()

    def _waiting(self) -> tuple[list[_Job], bool]:
        """What waits, at least one and not too many; False when there will be nothing after it."""
        while self._is_open and len(self._taken) < _MAX_JOBS:
            try:
                gathered = self._queue.get(block=not self._taken)
            except Empty:
                break
            self._is_open = gathered is not None
            self._taken += gathered or ()
        jobs, self._taken = self._taken[:_MAX_JOBS], self._taken[_MAX_JOBS:]
        return jobs, self._is_open or bool(self._taken)

    def _run(self, jobs: Sequence[_Job]) -> Result:
        """One transaction with all of them."""
        result = self._transactor.run(jobs)
        for job, answer in zip(jobs, result.answers, strict=True):
            job.error = answer.error
        return result

    def _deliver_later(self, jobs: Sequence[_Job], result: Result) -> None:
        """Have the event loop show the events and answer the callers."""
        if self._loop is None or self._loop.is_closed():
            return
        try:
            self._loop.call_soon_threadsafe(self._deliver, jobs, result)
        except RuntimeError:
            _LOG.debug("the event loop ended before it could be told of %d writes", len(jobs))

    def _deliver(self, jobs: Sequence[_Job], result: Result) -> None:
        """On the event loop: observers first, so that whoever waited finds them up to date."""
        for event in result.events:
            for observer in self._observers:
                _show(observer, event)
        for job, answer in zip(jobs, result.answers, strict=True):
            self._settle(job, answer)

    def _settle(self, job: _Job, answer: Answer) -> None:
        """Answer one caller, unless it no longer waits."""
        if job.order is not None and self._newest.get(job.order) is job:
            del self._newest[job.order]
        if job.before is not None and job.error is not None:
            _mark_as_seen(job.before.future)
        job.before = None
        if job.future.done():
            return
        if answer.error is None:
            job.future.set_result(answer.value)
        else:
            job.future.set_exception(answer.error)


def _as_store_error(error: Exception) -> LoomError:
    """The error for what was queued behind a failed job."""
    if isinstance(error, LoomError):
        return error
    return StoreError(f"not written, because what came before it failed: {error}")


def _mark_as_seen(future: asyncio.Future[Any]) -> None:
    """Spare asyncio's complaint about an error that a later future of the same order carries too."""
    if future.done() and not future.cancelled():
        future.exception()


def _show(observer: Observer, event: Event) -> None:
    """Show an event; an observer that raises hurts neither the writer nor other observers."""
    try:
        observer(event)
    except Exception:  # noqa: BLE001 - whatever an observer raises, the writer must answer its callers
        _LOG.exception("an observer failed on event %d (%s)", event.sequence, event.type)
