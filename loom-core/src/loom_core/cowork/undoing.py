"""Taking back what a turn changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loom_core.contracts.tool import Tool
from loom_core.engine.changes.interrupted import clear_interrupted, settle_interrupted
from loom_core.engine.changes.undoing import TaskUndo
from loom_core.errors import ExtensionNotFound, UsageError
from loom_core.store import Store
from loom_core.workspace import UndoConflict, Workspace


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did."""

    turn: str
    paths: tuple[str, ...]
    """Files that are as they were before the turn."""
    conflicts: tuple[UndoConflict, ...] = ()
    """What somebody else changed since; nothing was done then, unless it was forced."""
    left: tuple[str, ...] = ()
    """Files that changed in this very moment and were left alone."""


async def undo_turn(
    store: Store,
    task_id: str,
    workspace: Workspace,
    tools: Mapping[str, Tool[Any]],
    *,
    turn: str = "",
    force: bool = False,
) -> Undone:
    """Put back what a turn changed, or the newest one whose changes are in force.

    Args:
        store: has the journal.
        task_id: a session that no turn works on.
        workspace: where it worked.
        tools: those whose probe can tell what an interrupted call did.
        turn: id of the turn; empty is the newest that changed something.
        force: overwrite what somebody else changed since.

    Raises:
        UsageError: nothing that it changed is in force.
    """
    await settle(store, task_id, workspace, tools)
    in_force = await store.changes(task_id)
    chosen = turn or (in_force[-1].subtask_id if in_force else "")
    if not chosen or all(one.subtask_id != chosen for one in in_force):
        raise UsageError(f"{chosen or 'this session'} has changed nothing that could be taken back")
    undo = TaskUndo(store, task_id, workspace)
    await undo.finish_interrupted()
    planned = await undo.plan(subtask=chosen, force=force)
    if planned.plan.is_held_up:
        return Undone(chosen, (), tuple(planned.plan.conflicts))
    done = await undo.carry_out(planned)
    paths = tuple(dict.fromkeys(change.path for change in done.changes))
    return Undone(chosen, paths, left=tuple(done.left))


async def settle(
    store: Store, task_id: str, workspace: Workspace, tools: Mapping[str, Tool[Any]]
) -> None:
    """Find out and journal what calls changed that a crash cut off; none is run again."""

    def load(name: str) -> Tool[Any]:
        if name not in tools:
            raise ExtensionNotFound(f"tool {name!r} is not installed any more")
        return tools[name]

    await settle_interrupted(store, task_id, workspace, load)
    await clear_interrupted(store, task_id, workspace)
