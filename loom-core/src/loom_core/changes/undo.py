"""Undoing a task's changes for whoever asks: doing it, or finding out what would happen."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from loom_core.changes.diffs import FileDiff
from loom_core.changes.undo_forms import ToldConflict, ToldStep, UndoReport, UndoRequest
from loom_core.changes.unified import diff_of
from loom_core.changes.versions import current_and_restored
from loom_core.contracts.tool import Tool
from loom_core.engine.changes.interrupted import (
    clear_interrupted,
    interrupted_tools,
    settle_interrupted,
)
from loom_core.engine.changes.undoing import PlannedUndo, TaskUndo, interrupted_undo
from loom_core.engine.owner import is_alive
from loom_core.errors import StoreBusy
from loom_core.store import Store, TaskRecord
from loom_core.workspace import UndoConflict, UndoStep, Workspace
from loom_core.workspace.git_state import is_in_git


class Workshop(Protocol):
    """Gives what an undo needs beside the store."""

    def open_workspace(self, directory: Path) -> Workspace:
        """A workspace with the contents that were kept of it. Raises ``WorkspaceError``."""
        ...

    def load_tool(self, name: str) -> Tool[Any]:
        """A new instance of an installed tool. Raises ``ExtensionNotFound`` or ``PluginError``."""
        ...


async def undo_task(
    workshop: Workshop, store: Store, record: TaskRecord, request: UndoRequest
) -> UndoReport:
    """Find out what there is to undo, and do it where nothing would be lost.

    Raises:
        StoreBusy: an engine is at work on the task, or another undo is.
        UsageError: the subtask or the file changed nothing, or there is nothing to redo.
        WorkspaceError: the workspace is gone.
    """
    if record.owner and is_alive(record.owner):
        raise StoreBusy(
            f"task {record.id} is being worked on; stop it first: loom cancel {record.id}"
        )
    workspace = workshop.open_workspace(Path(record.workspace))
    blobs = workspace.blobs
    with ExitStack() as held:
        if blobs is not None:
            # In a thread: whoever deletes contents at the moment may be a task of this very loop.
            await asyncio.to_thread(held.enter_context, blobs.undoing())
        undo = TaskUndo(store, record.id, workspace)
        is_interrupted = interrupted_undo(await store.events(record.id)) is not None
        finished = None if request.is_dry_run else await undo.finish_interrupted()
        if request.is_dry_run:  # looks only: what a cut off call changed is found out by the undo
            doubtful = interrupted_tools(await store.events(record.id))
        else:
            doubtful = await settle_interrupted(store, record.id, workspace, workshop.load_tool)
            await clear_interrupted(store, record.id, workspace)
        planned = await _planned(undo, workspace, request)
        lost = await asyncio.to_thread(_diffs, planned, workspace)
        done = None
        if not (request.is_dry_run or planned.plan.is_held_up or planned.is_empty):
            done = await undo.carry_out(planned)
    return UndoReport(
        task_id=record.id,
        done=done is not None,
        redo=bool(planned.redoes),
        interrupted=is_interrupted and request.is_dry_run,
        finished_interrupted=finished is not None,
        doubtful=list(doubtful),
        steps=[_told_step(step) for step in planned.plan.steps if step.changes],
        conflicts=[_told_conflict(one, lost) for one in planned.plan.conflicts],
        left=list(done.left) if done else [],
    )


async def _planned(undo: TaskUndo, workspace: Workspace, request: UndoRequest) -> PlannedUndo:
    """What is to be done."""
    if request.is_redo:
        return await undo.plan_redo(force=request.force)
    path = workspace.relative(request.file) if request.file else ""
    return await undo.plan(subtask=request.subtask, path=path, force=request.force)


def _diffs(planned: PlannedUndo, workspace: Workspace) -> dict[str, FileDiff]:
    """For each conflict that force would overwrite: from what is there to what it would get."""
    steps = [c.step for c in planned.plan.conflicts if c.step is not None]
    return {
        step.path: diff_of(current_and_restored(step.path, step.current, step.restored, workspace))
        for step in steps
        if not is_in_git(step.path)
    }


def _told_step(step: UndoStep) -> ToldStep:
    """One path that goes back."""
    kind = step.restored.type or step.current.type
    return ToldStep(
        path=step.path,
        action="remove" if step.is_removal else "restore",
        type=kind.value if kind else None,
        current=step.current.sha256,
        restored=step.restored.sha256,
    )


def _told_conflict(conflict: UndoConflict, lost: Mapping[str, FileDiff]) -> ToldConflict:
    """One path that somebody else changed."""
    diff = lost.get(conflict.path)
    return ToldConflict(
        path=conflict.path,
        reason=conflict.reason,
        can_force=conflict.step is not None,
        diff=diff.lines if diff else None,
    )
