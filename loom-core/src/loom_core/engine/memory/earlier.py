"""What earlier tasks in the same workspace left, for a task that begins there."""

from functools import partial

from loom_core.engine.memory.task_memory import TaskMemory
from loom_core.store import Store
from loom_core.types import FROM_THE_WEB, MemoryEntry, MemoryKind, Task

_KINDS = (
    MemoryKind.DECISION,
    MemoryKind.DISCOVERY,
    MemoryKind.ERROR,
    MemoryKind.USER_INSTRUCTION,
)
"""What is still worth knowing later; what was done and which files changed, the workspace tells better."""
_OF_HUMANS = frozenset({MemoryKind.DECISION, MemoryKind.USER_INSTRUCTION})
_MOST = 200
"""The newest entries that are looked at."""


def earlier_memory(store: Store, task: Task) -> TaskMemory:
    """The memory of a workspace before a task, read when it is first asked for."""
    return TaskMemory(partial(_stored, store, task))


async def _stored(store: Store, task: Task) -> list[MemoryEntry]:
    """The entries, oldest first, each once and without the subtask, whose id means nothing here.

    What a model noted after a look at the web is left out: a stranger could speak to every later
    task through it.
    """
    records = await store.memories.of_workspace(
        task.workspace, before_task=task.id, kinds=_KINDS, limit=_MOST
    )
    kept = [
        record.entry.model_copy(update={"subtask_id": ""})
        for record in reversed(records)
        if record.entry.kind in _OF_HUMANS or FROM_THE_WEB not in record.entry.tags
    ]
    return list({(entry.kind, entry.text): entry for entry in kept}.values())
