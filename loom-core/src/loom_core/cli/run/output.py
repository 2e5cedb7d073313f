"""What a run writes while it goes and at its end: for people, or for programs."""

from collections.abc import Sequence
from typing import Protocol

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.progress.live_view import LiveView
from loom_core.cli.progress.report import describe_report
from loom_core.cli.progress.result import build_result
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.line import echo_lines
from loom_core.cli.terminal.size import stdout_columns
from loom_core.events import Event
from loom_core.types import FileChange


class RunOutput(Protocol):
    """Where the events of a run and its outcome go."""

    def resume(self, progress: TaskProgress) -> None:
        """Write what is gone on with."""
        ...

    def show(self, event: Event) -> None:
        """Write an event that the progress has just taken in."""
        ...

    def refresh(self) -> None:
        """Show that work goes on."""
        ...

    def finish(self, progress: TaskProgress, changes: Sequence[FileChange], code: ExitCode) -> None:
        """Write the outcome."""
        ...


class PeopleOutput:
    """Progress on stderr, the report on stdout."""

    def __init__(self, view: LiveView) -> None:
        """Show progress in this view."""
        self.resume = view.show_resumed
        self.show = view.show
        self.refresh = view.refresh

    def finish(self, progress: TaskProgress, changes: Sequence[FileChange], code: ExitCode) -> None:
        """Write the report, apart from the progress above it."""
        click.echo(err=True)
        echo_lines(describe_report(progress, changes), columns=stdout_columns())


class JsonOutput:
    """One event a line on stdout, and the result as the last line."""

    def resume(self, progress: TaskProgress) -> None:
        """Write nothing: the result has the goal and the plan."""

    def show(self, event: Event) -> None:
        """Write the event."""
        echo_json(event.as_json())

    def refresh(self) -> None:
        """Write nothing: programs see time in the events."""

    def finish(self, progress: TaskProgress, changes: Sequence[FileChange], code: ExitCode) -> None:
        """Write the result."""
        echo_json({**build_result(progress, changes), "exit_code": int(code)})
