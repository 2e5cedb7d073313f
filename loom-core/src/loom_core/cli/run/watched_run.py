"""A run of one task with somebody watching: events to the output, Ctrl-C to the run."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.cli.run.interruption import stop_on_signal
from loom_core.cli.run.output import RunOutput
from loom_core.events import Event

if TYPE_CHECKING:
    from loom_core.app import Loom

_REFRESH_SECONDS = 0.2


class WatchedRun:
    """Runs or resumes a task to the point where it stops, and shows what happens on the way."""

    def __init__(self, loom: "Loom", progress: TaskProgress, output: RunOutput) -> None:
        """Run the task of this progress, which is brought up to date on the way."""
        self._loom = loom
        self._progress = progress
        self._output = output
        self._output_error: OSError | None = None

    async def catch_up(self, *, is_shown: bool) -> None:
        """Take in what is in the journal already, and show it unless it is old news."""
        for event in await self._loom.store.events(self._progress.task_id):
            self._progress.apply(event)
            if is_shown:
                self._output.show(event)

    async def run(self, announce_stop: Callable[[], None]) -> bool:
        """Run to the end, a wait or a pause; whether somebody interrupted it.

        Args:
            announce_stop: called when somebody asks the run to stop.

        Raises:
            LoomError: the engine or the store gave up.
            OSError: the output could not be written; the task was stopped and can be resumed.
        """
        running = asyncio.create_task(self._loom.run(self._progress.task_id))
        refreshing = asyncio.create_task(self._refresh())
        unsubscribe = self._loom.store.subscribe(lambda event: self._see(event, running))
        try:
            with stop_on_signal(running, announce_stop) as interruption:
                await asyncio.wait({running})
        finally:
            running.cancel()
            refreshing.cancel()
            await asyncio.gather(running, refreshing, return_exceptions=True)
            unsubscribe()
        self._raise_failure(running)
        return interruption.has_happened

    def _see(self, event: Event, running: "asyncio.Task[object]") -> None:
        """Take in and show an event; when nobody can read the output any more, stop the run."""
        if event.task_id != self._progress.task_id:
            return
        self._progress.apply(event)
        if self._output_error is not None:
            return
        try:
            self._output.show(event)
        except OSError as error:  # the store would only log it
            self._output_error = error
            running.cancel()

    def _raise_failure(self, running: "asyncio.Task[object]") -> None:
        if self._output_error is not None:
            raise self._output_error
        if not running.cancelled() and (error := running.exception()) is not None:
            raise error

    async def _refresh(self) -> None:
        while True:
            self._output.refresh()
            await asyncio.sleep(_REFRESH_SECONDS)
