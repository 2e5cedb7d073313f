"""Extraction of memory after a subtask: owned by the run, never in the way of the next subtask."""

import asyncio
from collections.abc import Sequence

from loom_core.contracts.tool import Risk
from loom_core.engine.context import RunContext
from loom_core.engine.scope import TaskScope
from loom_core.engine.subtask.history import SubtaskHistory
from loom_core.events import Event, EventBody, ExtractionFailed, MemoryExtracted
from loom_core.hooks import Answer, Failure
from loom_core.redaction import redact
from loom_core.settings import known_secrets
from loom_core.store import Entry
from loom_core.types import FROM_THE_WEB, MemoryEntry, Outcome, Subtask

_LIMIT_SECONDS = 300.0
"""Of each plugin; the run waits for them at its end, so none may keep it from ending."""


class Remembering:
    """Runs extractions side by side with the subtasks, and waits for them at the end."""

    def __init__(self, scope: TaskScope, tasks: asyncio.TaskGroup) -> None:
        """Own the extractions through the run's task group."""
        self._scope = scope
        self._tasks = tasks
        self._secrets = known_secrets(scope.settings)
        self._has_met_strangers = False

    def start(self, subtask: Subtask, outcome: Outcome, history: SubtaskHistory) -> None:
        """Begin to extract, unless that was done; the task group awaits or cancels it."""
        # What one subtask read on the web may be in what the next is told.
        self._has_met_strangers |= _was_on_the_web(outcome)
        if not history.is_remembered:
            self._tasks.create_task(self._extract(subtask, outcome, history.extraction))

    async def _extract(self, subtask: Subtask, outcome: Outcome, recorded: Sequence[Event]) -> None:
        """Ask every plugin, and journal what it gave or how it failed."""
        journal = self._scope.open_journal(
            self._scope.store,
            self._scope.task.id,
            fence=self._scope.fence,
            subtask_id=subtask.id,
            recorded=recorded,
        )
        context = RunContext(self._scope, journal, tools={})
        entries: list[MemoryEntry] = []

        async def keep(answer: Answer[Sequence[MemoryEntry]]) -> None:
            """Let the subtasks that begin now know it already."""
            new = [self._kept(entry, subtask) for entry in answer.value]
            entries.extend(new)
            await self._scope.memory.add(new)

        answers = await self._scope.hooks.extract(
            subtask, outcome, context, limit_seconds=_LIMIT_SECONDS, tell=keep
        )
        failures = [answer for answer in answers if isinstance(answer, Failure)]
        bodies: list[EventBody] = [ExtractionFailed(error=str(failure)) for failure in failures]
        bodies.append(MemoryExtracted(entries=tuple(entries)))
        self._scope.stories.forget(subtask.id)
        await self._scope.store.submit(
            self._scope.task.id,
            [Entry(body, subtask.id) for body in bodies],
            fence=self._scope.fence,
        )

    def _kept(self, entry: MemoryEntry, subtask: Subtask) -> MemoryEntry:
        """An entry as it is kept: with the subtask it came from, and without secrets."""
        tags = (*entry.tags, FROM_THE_WEB) if self._has_met_strangers else entry.tags
        return entry.model_copy(
            update={
                "subtask_id": subtask.id,
                "text": redact(entry.text, self._secrets)[:2000],
                "tags": tuple(redact(tag, self._secrets) for tag in tags),
            }
        )


def _was_on_the_web(outcome: Outcome) -> bool:
    """Whether an attempt called a tool that reads what strangers write."""
    return any(record.risk == Risk.NETWORK for record in outcome.tool_records)
