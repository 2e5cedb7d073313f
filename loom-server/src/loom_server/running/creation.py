"""How a task was asked for, from the first event of its journal."""

from loom_core.errors import UnknownTask
from loom_core.events import TaskCreated
from loom_core.store import Store


async def creation_of(store: Store, task_id: str) -> TaskCreated:
    """What was asked. Raises ``UnknownTask``."""
    for event in await store.events(task_id, limit=1):
        if isinstance(event.body, TaskCreated):
            return event.body
    raise UnknownTask(f"there is no task {task_id!r}")
