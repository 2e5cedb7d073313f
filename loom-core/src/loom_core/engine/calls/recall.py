"""What a subtask is told: entries of its own task, then a few of tasks before it."""

import asyncio
from dataclasses import dataclass

from loom_core.engine.scope import TaskScope
from loom_core.engine.taint import EARLIER_TASKS
from loom_core.types import MemoryEntry, MemoryKind

_LEAST_SHARED_WORDS = 2
"""One word in common is chance; an entry of another task has to have more."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """Entries, most relevant first, and where they come from."""

    entries: list[MemoryEntry]
    sources: tuple[str, ...]
    """Subtasks of this task, and ``EARLIER_TASKS``."""


async def recall(scope: TaskScope, text: str, *, limit: int) -> Recalled:
    """What concerns a text, and what everybody in the task is told, at most so many entries."""
    most_earlier = min(scope.settings.memory.earlier_entries, limit)
    told = scope.instructions.texts  # in every attempt's conversation, in order
    recalled, earlier = await asyncio.gather(
        scope.memory.recall(text, limit=limit + len(told)),
        scope.earlier.concerning(text, limit=most_earlier, least_shared=_LEAST_SHARED_WORDS),
    )
    own = [one for one in recalled if not _is_instruction(one) or one.text not in told][:limit]
    known = {entry.text for entry in own}
    older = [_of_earlier(entry) for entry in earlier if entry.text not in known]
    older = older[: max(limit - len(own), 0)]  # what this task learned itself goes first
    sources = dict.fromkeys(entry.subtask_id for entry in own if entry.subtask_id)
    return Recalled([*own, *older], (*sources, *([EARLIER_TASKS] if older else [])))


def _is_instruction(entry: MemoryEntry) -> bool:
    """Whether an entry is what the user said."""
    return entry.kind is MemoryKind.USER_INSTRUCTION


def _of_earlier(entry: MemoryEntry) -> MemoryEntry:
    """An entry that says that it is not of now."""
    return entry.model_copy(update={"text": f"(from an earlier task) {entry.text}"[:2000]})
