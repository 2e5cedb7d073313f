"""The diffs of a task's net changes."""

import asyncio
from collections.abc import Sequence

from loom_core.changes.diffs import FileDiff, TaskDiff
from loom_core.changes.net import net_changes
from loom_core.changes.unified import diff_of
from loom_core.changes.versions import versions_of
from loom_core.engine.changes.undoing import choose_changes
from loom_core.store import Store, TaskRecord
from loom_core.types import FileChange
from loom_core.workspace import Workspace
from loom_core.workspace.git_state import is_in_git


async def diffs_of_task(
    workspace: Workspace,
    store: Store,
    record: TaskRecord,
    *,
    subtask: str,
    file: str,
    offset: int = 0,
    most_characters: int | None = None,
) -> TaskDiff:
    """The diffs of what is in force, made in a thread: large files take seconds.

    Args:
        workspace: where the task worked, with the contents that were kept.
        store: has the changes.
        record: the task.
        subtask: id of the only subtask that counts; empty is all.
        file: the only file or directory that counts, relative to the workspace; empty is all.
        offset: how many files are left out at the beginning.
        most_characters: no file comes after one with which this is reached; None gives all.

    Raises:
        UsageError: the subtask or the file changed nothing.
    """
    path = workspace.relative(file) if file else ""
    every = await store.changes(record.id, with_undone=True)
    chosen = choose_changes(every, subtask=subtask, path=path)
    net = net_changes(one.change for one in chosen if one.undone_by is None)
    shown = [change for change in net if not is_in_git(change.path)]
    files, is_whole = await asyncio.to_thread(_diffs, shown, workspace, offset, most_characters)
    return TaskDiff(
        files=files,
        git=[change.path for change in net if is_in_git(change.path)],
        next_offset=None if is_whole else offset + len(files),
    )


def _diffs(
    changes: Sequence[FileChange], workspace: Workspace, offset: int, most_characters: int | None
) -> tuple[list[FileDiff], bool]:
    """Diffs from an offset on, and whether they are all there are."""
    files: list[FileDiff] = []
    characters = 0
    for versions in versions_of(changes, workspace, offset=offset):
        if most_characters is not None and characters >= most_characters:
            return files, False
        files.append(diff_of(versions))
        characters += sum(map(len, files[-1].lines))
    return files, True
