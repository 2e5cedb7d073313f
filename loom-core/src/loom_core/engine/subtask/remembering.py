"""Extraction of memory after a subtask: owned by the run, never in the way of the next subtask."""

import asyncio
from collections.abc import Sequence

from loom_core.engine.context import RunContext
from loom_core.engine.journal import StepJournal
from loom_core.engine.scope import TaskScope
from loom_core.engine.subtask.history import SubtaskHistory
from loom_core.events import Event, EventBody, ExtractionFailed, MemoryExtracted
from loom_core.hooks import Failure
from loom_core.store import Entry
from loom_core.types import MemoryEntry, Outcome, Subtask

_LIMIT_SECONDS = 300.0
"""Of each plugin; the run waits for them at its end, so none may keep it from ending."""


class Remembering:
    """Runs extractions side by side with the subtasks, and waits for them at the end."""

    def __init__(self, scope: TaskScope, tasks: asyncio.TaskGroup) -> None:
        """Own the extractions through the run's task group."""
        self._scope = scope
        self._tasks = tasks

    def start(self, subtask: Subtask, outcome: Outcome, history: SubtaskHistory) -> None:
        """Begin to extract, unless that was done; the task group awaits or cancels it."""
        if not history.is_remembered:
            self._tasks.create_task(self._extract(subtask, outcome, history.extraction))

    async def _extract(self, subtask: Subtask, outcome: Outcome, recorded: Sequence[Event]) -> None:
        """Ask every plugin, and journal what it gave or how it failed."""
        journal = StepJournal(
            self._scope.store,
            self._scope.task.id,
            fence=self._scope.fence,
            subtask_id=subtask.id,
            recorded=recorded,
        )
        context = RunContext(self._scope, journal, tools={})
        answers = await self._scope.hooks.extract(
            subtask, outcome, context, limit_seconds=_LIMIT_SECONDS
        )
        entries: list[MemoryEntry] = []
        bodies: list[EventBody] = []
        for answer in answers:
            if isinstance(answer, Failure):
                bodies.append(ExtractionFailed(error=str(answer)))
            else:
                entries.extend(_of_subtask(answer.value, subtask))
        bodies.append(MemoryExtracted(entries=tuple(entries)))
        await self._scope.memory.add(entries)
        await self._scope.store.submit(
            self._scope.task.id,
            [Entry(body, subtask.id) for body in bodies],
            fence=self._scope.fence,
        )


def _of_subtask(entries: Sequence[MemoryEntry], subtask: Subtask) -> list[MemoryEntry]:
    """The entries with the subtask they came from."""
    return [entry.model_copy(update={"subtask_id": subtask.id}) for entry in entries]
