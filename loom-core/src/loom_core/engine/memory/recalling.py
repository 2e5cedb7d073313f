"""The memory that a claim begins with."""

from functools import partial

from loom_core.engine.memory.task_memory import TaskMemory
from loom_core.store import Store
from loom_core.types import MemoryEntry

_ALL = 1_000_000


def memory_of(store: Store, task_id: str) -> TaskMemory:
    """The memory of a task, read from the store when it is first asked for."""
    return TaskMemory(partial(_stored, store, task_id))


async def _stored(store: Store, task_id: str) -> list[MemoryEntry]:
    """Every entry of a task, oldest first."""
    newest_first = await store.search_memory("", task_id=task_id, limit=_ALL)
    return [record.entry for record in reversed(newest_first)]
