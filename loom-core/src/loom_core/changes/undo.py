"""Undoing a task's changes for whoever asks: doing it, or finding out what would happen."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from loom_core.changes.unified import FileDiff, diff_of
from loom_core.changes.versions import current_and_restored
from loom_core.contracts.tool import Tool
from loom_core.engine.changes.interrupted import (
    clear_interrupted,
    interrupted_tools,
    settle_interrupted,
)
from loom_core.engine.changes.undoing import PlannedUndo, TaskUndo, Undone, interrupted_undo
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


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """What is asked for."""

    subtask: str = ""
    """Only what this subtask changed; empty is all."""
    file: str = ""
    """Only this file or directory; empty is all."""
    is_redo: bool = False
    """Take the newest undo back."""
    is_dry_run: bool = False
    """Change nothing."""
    force: bool = False
    """Also overwrite what somebody else changed since."""


@dataclass(slots=True)
class UndoReport:
    """What was found and done."""

    record: TaskRecord
    planned: PlannedUndo
    is_dry_run: bool
    diffs: dict[str, FileDiff] = field(default_factory=dict[str, FileDiff])
    """What would be lost, by the path of the conflict."""
    finished: Undone | None = None
    """An undo that was killed in the middle, which was brought to its end first."""
    is_interrupted: bool = False
    """Whether such an undo was found and left, since this one only looks."""
    doubtful: Sequence[str] = ()
    """Tools that were cut off by a crash and of which nobody knows what they changed."""
    result: Undone | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything could be put back."""
        return not (self.planned.plan.conflicts or (self.result and self.result.left))

    def as_json(self) -> dict[str, object]:
        """The report for programs."""
        plan = self.planned.plan
        return {
            "task_id": self.record.id,
            "done": self.result is not None,
            "redo": bool(self.planned.redoes),
            "finished_interrupted": self.finished is not None,
            "doubtful": list(self.doubtful),
            "steps": [_step_as_json(step) for step in plan.steps if step.changes],
            "conflicts": [_conflict_as_json(one, self.diffs) for one in plan.conflicts],
            "left": list(self.result.left) if self.result else [],
        }


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
        report = UndoReport(
            record,
            planned,
            request.is_dry_run,
            diffs=_diffs(planned, workspace),
            finished=finished,
            is_interrupted=is_interrupted and request.is_dry_run,
            doubtful=doubtful,
        )
        if not (request.is_dry_run or planned.plan.is_held_up or planned.is_empty):
            report.result = await undo.carry_out(planned)
    return report


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


def _step_as_json(step: UndoStep) -> dict[str, Any]:
    """One path that goes back."""
    kind = step.restored.type or step.current.type
    return {
        "path": step.path,
        "action": "remove" if step.is_removal else "restore",
        "type": kind.value if kind else None,
        "current": step.current.sha256,
        "restored": step.restored.sha256,
    }


def _conflict_as_json(conflict: UndoConflict, diffs: dict[str, FileDiff]) -> dict[str, Any]:
    """One path that somebody else changed."""
    diff = diffs.get(conflict.path)
    return {
        "path": conflict.path,
        "reason": conflict.reason,
        "can_force": conflict.step is not None,
        "diff": diff.lines if diff else None,
    }
