"""The diffs of a task's net changes."""

import asyncio
from dataclasses import dataclass

from loom_core.changes.net import net_changes
from loom_core.changes.unified import FileDiff, diff_of
from loom_core.changes.versions import versions_of
from loom_core.engine.changes.undoing import choose_changes
from loom_core.store import Store, TaskRecord
from loom_core.workspace import Workspace
from loom_core.workspace.git_state import is_in_git


@dataclass(frozen=True, slots=True)
class TaskDiff:
    """What is different because of a task."""

    files: list[FileDiff]
    git: list[str]
    """Paths below ``.git`` that changed; they are git's business and not shown."""


async def diffs_of_task(
    workspace: Workspace, store: Store, record: TaskRecord, *, subtask: str, file: str
) -> TaskDiff:
    """The diffs of what is in force.

    Args:
        workspace: where the task worked, with the contents that were kept.
        store: has the changes.
        record: the task.
        subtask: id of the only subtask that counts; empty is all.
        file: the only file or directory that counts, relative to the workspace; empty is all.

    Raises:
        UsageError: the subtask or the file changed nothing.
    """
    path = workspace.relative(file) if file else ""
    every = await store.changes(record.id, with_undone=True)
    chosen = choose_changes(every, subtask=subtask, path=path)
    net = net_changes(one.change for one in chosen if one.undone_by is None)
    versions = await asyncio.to_thread(
        versions_of, [change for change in net if not is_in_git(change.path)], workspace
    )
    return TaskDiff(
        files=[diff_of(item) for item in versions],
        git=[change.path for change in net if is_in_git(change.path)],
    )
