"""Undoing a task's changes from the command line: doing it, or showing what would happen."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from loom_core.cli.diff.output import style_line
from loom_core.cli.diff.unified import FileDiff, diff_of
from loom_core.cli.diff.versions import current_and_restored
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.program_name import program_name
from loom_core.cli.session import Session
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.line import Line, echo_lines
from loom_core.cli.terminal.marks import DONE, FAILED, PENDING, WARNING
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.time_text import format_count
from loom_core.engine.changes.interrupted import (
    clear_interrupted,
    interrupted_tools,
    settle_interrupted,
)
from loom_core.engine.changes.undoing import PlannedUndo, TaskUndo, Undone, interrupted_undo
from loom_core.engine.owner import is_alive
from loom_core.errors import StoreBusy
from loom_core.sanitize import sanitize_line
from loom_core.store import Store, TaskRecord
from loom_core.workspace import UndoConflict, UndoStep, Workspace
from loom_core.workspace.git_state import is_in_git

_MOST_DIFF_LINES = 60
"""Lines of the diff of one conflict that are shown."""


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """What the command line asks for."""

    subtask: str = ""
    file: str = ""
    is_redo: bool = False
    is_dry_run: bool = False
    force: bool = False


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
    def exit_code(self) -> ExitCode:
        """Failed when something could not be put back."""
        left = [*(self.result.left if self.result else ()), *self.planned.plan.conflicts]
        return ExitCode.FAILED if left else ExitCode.COMPLETED


async def undo_task(
    session: Session, store: Store, record: TaskRecord, request: UndoRequest
) -> UndoReport:
    """Find out what there is to undo, and do it where nothing would be lost.

    Raises:
        StoreBusy: an engine is at work on the task, or another undo is.
        UsageError: the subtask or the file changed nothing, or there is nothing to redo.
        WorkspaceError: the workspace is gone.
    """
    if record.owner and is_alive(record.owner):
        raise StoreBusy(
            f"task {record.id} is being worked on; stop it first: {program_name()} cancel {record.id}"
        )
    workspace = session.open_workspace(Path(record.workspace))
    blobs = workspace.blobs
    with nullcontext() if blobs is None else blobs.undoing():
        undo = TaskUndo(store, record.id, workspace)
        is_interrupted = interrupted_undo(await store.events(record.id)) is not None
        finished = None if request.is_dry_run else await undo.finish_interrupted()
        if request.is_dry_run:  # looks only: what a cut off call changed is found out by the undo
            doubtful = interrupted_tools(await store.events(record.id))
        else:
            doubtful = await settle_interrupted(store, record.id, workspace, session.load_tool)
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


def show_undo(report: UndoReport, *, as_json: bool) -> None:
    """Write what was done, or would be, to stdout."""
    if as_json:
        echo_json(_as_json(report))
        return
    click.echo(
        sanitize_line(f"task {report.record.id} in {report.record.workspace}: {report.record.goal}")
    )
    echo_lines(list(_describe_before(report)), columns=stdout_columns())
    if report.planned.is_empty:
        click.echo("nothing to undo: every file is as it was before the task")
    echo_lines(list(_describe_steps(report)), columns=stdout_columns())
    for conflict in report.planned.plan.conflicts:
        echo_lines([Line(f"{conflict.path}: {conflict.reason}", FAILED)], columns=stdout_columns())
        _echo_loss(report.diffs.get(conflict.path))
    for path in report.result.left if report.result else ():
        echo_lines(
            [Line(f"{path}: changed just now; left as it is", FAILED)], columns=stdout_columns()
        )
    if report.planned.plan.is_held_up:
        click.echo("nothing was changed; --force overwrites what others did", err=True)


def _echo_loss(diff: FileDiff | None) -> None:
    """What --force would change, indented."""
    if diff is None:
        return
    for line in diff.lines[:_MOST_DIFF_LINES]:
        click.echo(f"    {style_line(line)}")
    if len(diff.lines) > _MOST_DIFF_LINES:
        click.echo(f"    … and {len(diff.lines) - _MOST_DIFF_LINES:,} more lines")


def _describe_before(report: UndoReport) -> Iterator[Line]:
    """What had to be settled first."""
    if report.finished is not None:
        yield Line("finished an undo that was interrupted", DONE)
    if report.is_interrupted:
        yield Line("an undo was interrupted; it is finished first", WARNING)
    for tool in report.doubtful:
        known = (
            "the undo looks for what it changed"
            if report.is_dry_run
            else "nobody can tell what it changed"
        )
        yield Line(f"{tool} was interrupted: {known}", WARNING)


def _describe_steps(report: UndoReport) -> Iterator[Line]:
    """One line for each path that goes back, and one for all of git's."""
    left = set(report.result.left) if report.result else set[str]()
    steps = [s for s in report.planned.plan.steps if s.changes and s.path not in left]
    if report.planned.plan.is_held_up and not report.is_dry_run:
        steps = []
    is_done = report.result is not None
    in_git = [step for step in steps if is_in_git(step.path)]
    for step in steps:
        if not is_in_git(step.path):
            yield _describe(("remove" if step.is_removal else "restore"), step.path, is_done)
    if in_git:
        files = format_count(len(in_git), "file")
        yield _describe("restore", f"HEAD, branches and index of git ({files})", is_done)


def _describe(verb: str, what: str, is_done: bool) -> Line:
    if is_done:
        return Line(f"{verb.removesuffix('e')}ed {what}", DONE)
    return Line(f"would {verb} {what}", PENDING)


def _as_json(report: UndoReport) -> dict[str, object]:
    plan = report.planned.plan
    return {
        "task_id": report.record.id,
        "done": report.result is not None,
        "redo": bool(report.planned.redoes),
        "finished_interrupted": report.finished is not None,
        "doubtful": list(report.doubtful),
        "steps": [_step_as_json(step) for step in plan.steps if step.changes],
        "conflicts": [_conflict_as_json(one, report.diffs) for one in plan.conflicts],
        "left": list(report.result.left) if report.result else [],
    }


def _step_as_json(step: UndoStep) -> dict[str, Any]:
    kind = step.restored.type or step.current.type
    return {
        "path": step.path,
        "action": "remove" if step.is_removal else "restore",
        "type": kind.value if kind else None,
        "current": step.current.sha256,
        "restored": step.restored.sha256,
    }


def _conflict_as_json(conflict: UndoConflict, diffs: dict[str, FileDiff]) -> dict[str, Any]:
    diff = diffs.get(conflict.path)
    return {
        "path": conflict.path,
        "reason": conflict.reason,
        "can_force": conflict.step is not None,
        "diff": diff.lines if diff else None,
    }
