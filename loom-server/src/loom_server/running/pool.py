"""Runs tasks side by side, as many as allowed; the others wait their turn in order."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Protocol

from loom_core.errors import LoomError, StoreBusy, TaskIsOver

_log = logging.getLogger(__name__)


class RunTask(Protocol):
    """Runs a task until it is over, waits or is paused; cancelling it leaves the task resumable."""

    def __call__(self, task_id: str, *, obeys_pauses: bool) -> Awaitable[object]:
        """Run it; a pause that was asked for before is obeyed, or taken back."""
        ...


class Pool:
    """The tasks that this process runs, and those that wait for a place."""

    def __init__(self, run: RunTask, *, max_running: int) -> None:
        """Run tasks with this, at most so many at once."""
        self._run = run
        self._max_running = max_running
        self._queue: dict[str, bool] = {}
        """Tasks in order, and whether each obeys a pause that was asked for before."""
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._is_closed = False

    @property
    def running(self) -> list[str]:
        """The tasks that run, in the order in which they began."""
        return list(self._running)

    @property
    def queued(self) -> list[str]:
        """The tasks that wait for a place, the next one first."""
        return list(self._queue)

    def start(self, task_id: str, *, obeys_pauses: bool = True) -> None:
        """Run a task as soon as there is a place.

        One that runs already is run once more when it stops: whatever was answered meanwhile may have
        come too late for it.

        Args:
            task_id: exactly.
            obeys_pauses: False where somebody asks for it although it was to pause.
        """
        if self._is_closed:
            return
        if task_id in self._running:
            self._again.add(task_id)
            return
        self._queue[task_id] = obeys_pauses
        self._fill()

    def forget(self, task_id: str) -> None:
        """Take a task out of the queue, and do not run it again when it stops."""
        self._again.discard(task_id)
        self._queue.pop(task_id, None)

    async def close(self) -> None:
        """Park every running task so that it can be resumed, and start no other."""
        self._is_closed = True
        self._queue.clear()
        self._again.clear()
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _fill(self) -> None:
        """Give every free place to the next in the queue."""
        while self._queue and len(self._running) < self._max_running:
            task_id = next(iter(self._queue))
            running = self._carry_out(task_id, obeys_pauses=self._queue.pop(task_id))
            task = asyncio.create_task(running, name=f"run {task_id}")
            self._running[task_id] = task
            task.add_done_callback(lambda _done, task_id=task_id: self._leave(task_id))

    async def _carry_out(self, task_id: str, *, obeys_pauses: bool) -> None:
        """Run one task; whatever breaks is its own end and nobody else's."""
        try:
            await self._run(task_id, obeys_pauses=obeys_pauses)
        except StoreBusy as busy:
            _log.info("task %s is not run here: %s", task_id, busy)
        except TaskIsOver:
            _log.info("task %s has ended already", task_id)
        except LoomError as error:
            _log.warning("task %s stopped: %s", task_id, error)
        except Exception:  # noqa: BLE001 - a bug in one task must not end the others
            _log.exception("task %s stopped", task_id)

    def _leave(self, task_id: str) -> None:
        """Make room."""
        del self._running[task_id]
        if self._is_closed:
            return
        if task_id in self._again:
            self._again.discard(task_id)
            self._queue[task_id] = True
        self._fill()
