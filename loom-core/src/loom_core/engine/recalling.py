"""What a subtask gets from memory: what concerns it, and what concerns every subtask."""

from loom_core.store import Store
from loom_core.types import MemoryEntry, MemoryKind

FOR_EVERYBODY = (MemoryKind.DECISION, MemoryKind.ERROR, MemoryKind.USER_INSTRUCTION)
"""Kinds that every subtask of a task is told, whatever it is about."""


async def recall(store: Store, task_id: str, text: str, *, limit: int) -> list[MemoryEntry]:
    """Entries of a task: those that concern a text, best first, then those for everybody."""
    concerning = await store.search_memory(text, task_id=task_id, limit=limit)
    general = await store.search_memory("", task_id=task_id, kinds=FOR_EVERYBODY, limit=limit)
    found = {record.id: record.entry for record in (*concerning, *general)}
    return list(found.values())[:limit]
