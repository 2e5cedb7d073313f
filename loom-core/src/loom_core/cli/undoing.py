"""Showing what an undo did, or would do, on the command line."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from loom_core.changes.undo_forms import UndoReport, UndoRequest
from loom_core.cli.at_server import at_server
from loom_core.cli.diff.output import style_line
from loom_core.cli.program_name import program_name
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.line import Line, echo_lines
from loom_core.cli.terminal.marks import DONE, FAILED, PENDING, WARNING
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.time_text import format_count
from loom_core.desk import TaskInShort
from loom_core.sanitize import sanitize_line
from loom_core.workspace.git_state import is_in_git

_MOST_DIFF_LINES = 60
"""Lines of the diff of one conflict that are shown."""


def show_undo(
    task: TaskInShort, request: UndoRequest, report: UndoReport, *, server: str, as_json: bool
) -> None:
    """Write what was done, or would be, to stdout."""
    if as_json:
        echo_json(asdict(report))
        return
    columns = stdout_columns()
    click.echo(sanitize_line(f"task {task.id} in {task.workspace}: {task.goal}"))
    echo_lines(list(_describe_before(request, report)), columns=columns)
    if report.is_empty:
        click.echo("nothing to undo: every file is as it was before the task")
    is_held_up = bool(report.conflicts) and not request.force
    if request.is_dry_run or not is_held_up:
        echo_lines(list(_describe_steps(report)), columns=columns)
    for conflict in report.conflicts:
        echo_lines([Line(f"{conflict.path}: {conflict.reason}", FAILED)], columns=columns)
        _echo_loss(conflict.diff or [])
    for path in report.left:
        echo_lines([Line(f"{path}: changed just now; left as it is", FAILED)], columns=columns)
    if is_held_up:
        click.echo("nothing was changed; --force overwrites what others did", err=True)
    if report.done and not report.redo:
        again = at_server(f"{program_name()} undo {report.task_id} --redo", server)
        click.echo(f"to have it again: {again}", err=True)


def _echo_loss(lines: Sequence[str]) -> None:
    """What --force would change, indented."""
    for line in lines[:_MOST_DIFF_LINES]:
        click.echo(f"    {style_line(line)}")
    if len(lines) > _MOST_DIFF_LINES:
        click.echo(f"    … and {len(lines) - _MOST_DIFF_LINES:,} more lines")


def _describe_before(request: UndoRequest, report: UndoReport) -> Iterator[Line]:
    """What had to be settled first."""
    if report.finished_interrupted:
        yield Line("finished an undo that was interrupted", DONE)
    if report.interrupted:
        yield Line("an undo was interrupted; it is finished first", WARNING)
    for tool in report.doubtful:
        known = (
            "the undo looks for what it changed"
            if request.is_dry_run
            else "nobody can tell what it changed"
        )
        yield Line(f"{tool} was interrupted: {known}", WARNING)


def _describe_steps(report: UndoReport) -> Iterator[Line]:
    """One line for each path that goes back, and one for all of git's."""
    steps = [step for step in report.steps if step.path not in report.left]
    in_git = [step for step in steps if is_in_git(step.path)]
    for step in steps:
        if not is_in_git(step.path):
            yield _describe(step.action, step.path, report.done)
    if in_git:
        files = format_count(len(in_git), "file")
        yield _describe("restore", f"HEAD, branches and index of git ({files})", report.done)


def _describe(verb: str, what: str, is_done: bool) -> Line:
    if is_done:
        return Line(f"{verb.removesuffix('e')}ed {what}", DONE)
    return Line(f"would {verb} {what}", PENDING)
