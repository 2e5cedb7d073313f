"""Taking a failed attempt's file changes back, so that the next one starts from a clean state."""

import asyncio
from collections.abc import Sequence

from loom_core.engine.scope import TaskScope
from loom_core.errors import LoomError
from loom_core.events import AttemptRolledBack
from loom_core.types import ChangeKind, FileChange
from loom_core.workspace import Workspace, undo


async def roll_back(
    scope: TaskScope, subtask_id: str, changes: Sequence[FileChange]
) -> AttemptRolledBack:
    """Put back what an attempt changed, and say what was put back and what had to stay.

    Files that another subtask changed too stay as they are: what two changed nobody can take back
    for one. Running it again after a crash changes nothing more and says the same.
    """
    theirs = {
        record.change.path
        for record in await scope.store.changes(scope.task.id)
        if record.subtask_id != subtask_id
    }
    own = [change for change in changes if change.path not in theirs]
    kept = {change.path for change in changes} & theirs
    kept |= await asyncio.to_thread(_restore, own, scope.workspace)
    reversed_changes = [_reversed(path, own) for path in dict.fromkeys(c.path for c in own)]
    return AttemptRolledBack(
        changes=tuple(change for change in reversed_changes if change and change.path not in kept),
        kept=tuple(sorted(kept)),
    )


def _restore(changes: Sequence[FileChange], workspace: Workspace) -> set[str]:
    """Put every file back that can be, and give the paths of those that cannot."""
    planned = undo.plan(changes, workspace)
    kept = {conflict.path for conflict in planned.conflicts}
    for step in planned.steps:
        try:
            undo.apply(undo.UndoPlan((step,), ()), workspace)
        except (LoomError, OSError):
            kept.add(step.path)  # somebody changed it in this very moment: it is theirs now
    return kept


def _reversed(path: str, changes: Sequence[FileChange]) -> FileChange | None:
    """The one change that takes all changes of a path back; None if they cancel each other."""
    mine = [change for change in changes if change.path == path]
    first, last = mine[0], mine[-1]
    if first.before == last.after:
        return None
    kind = ChangeKind.MODIFIED
    if not first.before:
        kind = ChangeKind.DELETED
    elif not last.after:
        kind = ChangeKind.CREATED
    return FileChange(path=path, kind=kind, before=last.after, after=first.before, mode=last.mode)
