"""The workspace as it was before a task, as far as it can be known: by undoing what came since."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from loom_core.errors import LoomError
from loom_core.replaying.stage import Stage
from loom_core.store import ChangeRecord, Store
from loom_core.types import ChangeKind, Task
from loom_core.workspace import Workspace, holds_secrets

_MOST_FILES = 5_000
_MOST_BYTES = 50_000_000
_MOST_BYTES_OF_ONE = 1_000_000


async def changes_since(store: Store, task: Task) -> list[ChangeRecord]:
    """What the task and every later one changed in its workspace, in order."""
    tasks = await store.tasks(limit=1_000_000)
    there = [one.id for one in tasks if one.workspace == task.workspace]
    found = [change for name in there for change in await store.changes(name, with_undone=True)]
    own = [change.sequence for change in found if change.task_id == task.id]
    first = min(own, default=0)
    later = [change for change in found if own and change.sequence >= first]
    return sorted(later, key=lambda change: (change.sequence, change.position))


async def set_stage(
    stage: Stage, workspace: Workspace | None, changes: Sequence[ChangeRecord]
) -> None:
    """Make the stage what the workspace was: a copy with the changes taken back.

    Files that somebody else changed since are as they are now, and large ones and those that usually
    hold secrets are there and empty.
    """
    await asyncio.to_thread(_set, stage, workspace, changes)


def _set(stage: Stage, workspace: Workspace | None, changes: Sequence[ChangeRecord]) -> None:
    """The same, in a thread."""
    if workspace is not None:
        _copy(workspace, stage)
    before: set[str] = set()
    for record in changes:
        change = record.change
        if change.path in before:
            continue  # what it was at first counts
        before.add(change.path)
        was_there = change.kind is not ChangeKind.CREATED
        stage.put(change, change.before, change.mode, is_there=was_there)
    for record in reversed(changes):  # directories that were made, the innermost first
        if record.change.kind is ChangeKind.CREATED and record.change.parents_made:
            _remove_empty(stage.root, record.change.path, record.change.parents_made)


def _copy(workspace: Workspace, stage: Stage) -> None:
    """Copy the files of a workspace, within bounds."""
    left = _MOST_BYTES
    for number, entry in enumerate(workspace.files()):
        if number >= _MOST_FILES:
            return
        target = stage.root / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
        if holds_secrets(entry.path):
            continue
        try:
            data = workspace.read(entry.path, max_bytes=min(_MOST_BYTES_OF_ONE, left))
        except (LoomError, OSError):
            continue  # it is too large, or went away
        left -= len(data)
        target.write_bytes(data)
        stage.know(data)


def _remove_empty(root: Path, path: str, count: int) -> None:
    """Take away so many directories above a path, as long as they are empty."""
    parent = (root / path).parent
    for _ in range(count):
        if parent == root or not parent.is_dir() or any(parent.iterdir()):
            return
        shutil.rmtree(parent)
        parent = parent.parent
