"""Undoing a task's changes: choosing them, showing what would happen, doing it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.program_name import program_name
from loom_core.cli.session import Session
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.line import Line, echo_lines
from loom_core.cli.terminal.marks import DONE, FAILED, PENDING
from loom_core.cli.terminal.size import stdout_columns
from loom_core.did_you_mean import did_you_mean
from loom_core.engine.owner import is_alive
from loom_core.errors import StoreBusy, UsageError
from loom_core.sanitize import sanitize_line
from loom_core.store import ChangeRecord, TaskRecord
from loom_core.types import FileChange
from loom_core.workspace import UndoPlan, UndoStep, Workspace, undo


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an undo would do, and where."""

    record: TaskRecord
    """The task whose changes they are."""
    workspace: Workspace
    plan: UndoPlan


def plan_undo(
    session: Session,
    record: TaskRecord,
    changes: Sequence[ChangeRecord],
    *,
    subtask: str,
    file: str,
) -> Undoing:
    """Look what it takes to put the changes back; changes nothing.

    Args:
        session: knows where contents are kept.
        record: the task.
        changes: all of its changes, in order.
        subtask: id of the only subtask to undo; empty is all.
        file: path of the only file to undo, relative to the workspace; empty is all.

    Raises:
        StoreBusy: an engine is at work on the task.
        UsageError: the subtask or the file changed nothing.
        WorkspaceError: the workspace is gone.
    """
    if record.owner and is_alive(record.owner):
        raise StoreBusy(
            f"task {record.id} is being worked on; stop it first: {program_name()} cancel {record.id}"
        )
    workspace = session.open_workspace(Path(record.workspace))
    path = workspace.relative(file) if file else ""
    chosen = _choose(changes, subtask=subtask, path=path)
    return Undoing(record, workspace, undo.plan(chosen, workspace))


def _choose(changes: Sequence[ChangeRecord], *, subtask: str, path: str) -> list[FileChange]:
    if subtask:
        changes = _choose_by("subtask", subtask, changes, [c.subtask_id for c in changes])
    if path:
        changes = _choose_by("file", path, changes, [c.change.path for c in changes])
    return [record.change for record in changes]


def _choose_by(
    kind: str, wanted: str, changes: Sequence[ChangeRecord], names: Sequence[str]
) -> list[ChangeRecord]:
    chosen = [change for change, name in zip(changes, names, strict=True) if name == wanted]
    if not chosen:
        raise UsageError(
            f"no change of {kind} {wanted!r} is recorded{did_you_mean(wanted, sorted(set(names)))}; "
            f"{program_name()} status shows what was changed"
        )
    return chosen


def undo_changes(undoing: Undoing, *, is_dry_run: bool, force: bool, as_json: bool) -> ExitCode:
    """Carry it out, or only show it. A conflict without force does nothing and is a failure."""
    plan = undoing.plan
    is_held_up = bool(plan.conflicts) and not force
    is_done = not is_dry_run and not is_held_up
    if is_done:
        undo.apply(plan, undoing.workspace, force=force)
    if as_json:
        echo_json({"task_id": undoing.record.id, "done": is_done, **asdict(plan)})
    else:
        click.echo(_describe_task(undoing.record))
        _echo_plan(plan, is_done=is_done, is_held_up=is_held_up)
    return ExitCode.FAILED if is_held_up else ExitCode.COMPLETED


def _describe_task(record: TaskRecord) -> str:
    return sanitize_line(f"task {record.id} in {record.workspace}: {record.goal}")


def _echo_plan(plan: UndoPlan, *, is_done: bool, is_held_up: bool) -> None:
    if not plan.steps and not plan.conflicts:
        click.echo("nothing to undo: every file is as it was before the task")
        return
    echo_lines(list(_describe(plan, is_done=is_done)), columns=stdout_columns())
    if is_held_up:
        click.echo("nothing was changed; --force overwrites what others did", err=True)


def _describe(plan: UndoPlan, *, is_done: bool) -> Iterator[Line]:
    for step in plan.steps:
        yield _describe_step(step, is_done=is_done)
    for conflict in plan.conflicts:
        if is_done and conflict.step is not None:
            yield _describe_step(conflict.step, is_done=is_done)
        else:
            yield Line(f"{conflict.path}: {conflict.reason}", FAILED)


def _describe_step(step: UndoStep, *, is_done: bool) -> Line:
    verb = "remove" if step.is_removal else "restore"
    if is_done:
        return Line(f"{verb.removesuffix('e')}ed {step.path}", DONE)
    return Line(f"would {verb} {step.path}", PENDING)
