"""The desk of an engine in this process: it runs what is asked for, and parks it when it is closed."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from loom_core.app import Loom
from loom_core.desk.local import LocalDesk
from loom_core.errors import LoomError, StoreBusy, TaskIsOver
from loom_core.events import Event
from loom_core.store.transitions import TASK_STATES
from loom_core.types import Decision, TaskState

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.5
"""How often events that another process wrote are looked for."""


class House(LocalDesk):
    """A ``ServerDesk`` without a server."""

    goes_on = True
    server = ""

    def __init__(self, loom: Loom) -> None:
        """Run tasks with an engine, which belongs to the caller."""
        super().__init__(loom.store, loom)
        self._loom = loom
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._failures: dict[str, LoomError] = {}
        """Why a task that has no end in its journal does not run any more."""

    async def create(self, wanted: Mapping[str, object], *, idempotency_key: str = "") -> str:
        """Accept a goal and run it."""
        task = await self._loom.create(
            str(wanted["goal"]),
            workspace=Path(str(wanted["workspace"])),
            context=str(wanted.get("context", "")),
            idempotency_key=idempotency_key,
        )
        record = await self._loom.store.task(task.id)
        if not record.state.is_terminal and record.state is not TaskState.WAITING_APPROVAL:
            await self.resume(task.id)
        return task.id

    async def resume(self, task_id: str) -> None:
        """Let a task go on here, once more if it stops just now; not if another engine works on it.

        Whether one does is left to the claim: who looked first could see the claim of a run that has
        ended since, and would leave the task to nobody.
        """
        if self._is_running(task_id):
            self._again.add(task_id)
            return
        self._failures.pop(task_id, None)
        self._runs[task_id] = asyncio.create_task(self._run(task_id), name=f"run {task_id}")

    async def decide(self, task_id: str, approval_id: str, decision: Decision) -> None:
        """Say yes or no, and let the task go on."""
        await super().decide(task_id, approval_id, decision)
        await self.resume(task_id)

    async def answer(self, task_id: str, question_id: str, text: str, *, by: str) -> str:
        """Answer a question, and let the task go on."""
        taken = await super().answer(task_id, question_id, text, by=by)
        await self.resume(task_id)
        return taken

    async def watch(self, task_id: str, *, after: int = 0) -> AsyncGenerator[Event]:
        """Events as they happen, until the task is over. Raises what ended its run without an end."""
        news = asyncio.Event()

        def see(event: Event) -> None:
            if event.task_id == task_id:
                news.set()

        unsubscribe = self._loom.store.subscribe(see)
        try:
            while True:
                news.clear()
                failure = self._failures.get(task_id)
                for event in await self._loom.store.events(task_id, after=after):
                    after = event.sequence
                    yield event
                    if (state := TASK_STATES.get(type(event.body))) and state.is_terminal:
                        return
                if failure is not None:
                    raise failure
                await _wait(news)
        finally:
            unsubscribe()

    async def close(self) -> None:
        """Park every task that runs, so that it can be resumed."""
        self._again.clear()
        runs = list(self._runs.values())
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)

    def _is_running(self, task_id: str) -> bool:
        """Whether a task runs here; one whose run has just returned does not."""
        run = self._runs.get(task_id)
        return run is not None and not run.done()

    async def _run(self, task_id: str) -> None:
        """Run a task, and again if that was asked for meanwhile."""
        while True:
            self._again.discard(task_id)
            try:
                await self._loom.run(task_id)
            except (StoreBusy, TaskIsOver) as reason:
                _log.info("task %s is not run here: %s", task_id, reason)
            except LoomError as error:
                self._failures[task_id] = error
                return
            except Exception as error:  # noqa: BLE001 - whoever watches has to hear of a bug too
                _log.exception("task %s stopped", task_id)
                self._failures[task_id] = LoomError(f"task {task_id} stopped: {error}")
                return
            if task_id not in self._again:
                return


async def _wait(news: asyncio.Event) -> None:
    """Wait until something was written here, or until it is time to look."""
    try:
        async with asyncio.timeout(_POLL_SECONDS):
            await news.wait()
    except TimeoutError:
        return
