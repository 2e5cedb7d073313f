"""Showing what an undo did, or would do, on the command line."""

from collections.abc import Iterator

import click

from loom_core.changes.undo import UndoReport
from loom_core.changes.unified import FileDiff
from loom_core.cli.diff.output import style_line
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.line import Line, echo_lines
from loom_core.cli.terminal.marks import DONE, FAILED, PENDING, WARNING
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.time_text import format_count
from loom_core.sanitize import sanitize_line
from loom_core.workspace.git_state import is_in_git

_MOST_DIFF_LINES = 60
"""Lines of the diff of one conflict that are shown."""


def show_undo(report: UndoReport, *, as_json: bool) -> None:
    """Write what was done, or would be, to stdout."""
    if as_json:
        echo_json(report.as_json())
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
    if report.result and not report.planned.redoes:
        click.echo(f"to have it again: loom undo {report.record.id} --redo", err=True)


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
