"""Taking a failed attempt's file changes back, so that the next one starts from a clean state."""

import asyncio
from collections.abc import Sequence

from loom_core.engine.scope import TaskScope
from loom_core.errors import LoomError
from loom_core.events import AttemptRolledBack
from loom_core.types import FileChange, FileType
from loom_core.workspace import Workspace, plan_undo
from loom_core.workspace.path_state import (
    changes_between,
    state_after,
    state_before,
    with_directories,
)


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
    every = [one for change in own for one in with_directories(change)]
    paths = dict.fromkeys(change.path for change in every)
    taken_back = [change for path in paths for change in _reversed(path, every)]
    kept |= await asyncio.to_thread(_still_filled, taken_back, scope.workspace)
    return AttemptRolledBack(
        changes=tuple(change for change in taken_back if change.path not in kept),
        kept=tuple(sorted(kept)),
    )


def _restore(changes: Sequence[FileChange], workspace: Workspace) -> set[str]:
    """Put every path back that can be, and give those that cannot."""
    planned = plan_undo(changes, workspace)
    kept = {conflict.path for conflict in planned.conflicts}
    for change in planned.changes:
        try:
            workspace.carry_out(change)
        except (LoomError, OSError):
            kept.add(change.path)  # somebody changed it in this very moment: it is theirs now
    return kept


def _still_filled(changes: Sequence[FileChange], workspace: Workspace) -> set[str]:
    """The directories that were to go and stay, because others have something in them."""
    return {
        change.path
        for change in changes
        if change.type is FileType.DIRECTORY
        and state_after(change).type is None
        and workspace.names(change.path)
    }


def _reversed(path: str, changes: Sequence[FileChange]) -> list[FileChange]:
    """The changes that take all changes of a path back; none if they cancel each other."""
    mine = [change for change in changes if change.path == path]
    return changes_between(path, state_after(mine[-1]), state_before(mine[0]))
