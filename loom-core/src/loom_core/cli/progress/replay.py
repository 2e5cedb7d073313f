"""A stored task, folded from its journal."""

from loom_core.changes.net import net_changes
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.store import Store
from loom_core.types import FileChange


async def replay_task(store: Store, task_id: str) -> tuple[TaskProgress, list[FileChange]]:
    """The task as it stands, and its net changes of files; the id must be exact."""
    progress = TaskProgress(task_id)
    for event in await store.events(task_id):
        progress.apply(event)
    return progress, net_changes(record.change for record in await store.changes(task_id))
