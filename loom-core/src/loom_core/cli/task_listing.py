"""Tasks as a table for people, or as values for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from loom_core.cli.program_name import program_name
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.table import echo_table
from loom_core.cli.terminal.time_text import format_age
from loom_core.desk import TaskInShort
from loom_core.types import TaskKind

_HEADERS = ["ID", "STATE", "DONE", "AGE", "GOAL"]


def echo_tasks(tasks: Sequence[TaskInShort]) -> None:
    """Write the table to stdout, or what to do when there is none."""
    if not tasks:
        click.echo(f"no tasks; start one: {program_name()} run GOAL -w DIR")
        return
    now = datetime.now(UTC)
    rows = [_row(task, now) for task in tasks]
    echo_table(_HEADERS, rows, columns=stdout_columns())


def _row(task: TaskInShort, now: datetime) -> list[str]:
    done = f"{task.done}/{task.planned}" if task.planned else "-"
    if task.kind is TaskKind.SESSION:
        done = f"{task.done} turns"
    age = format_age(task.created_at, now=now)
    return [task.id, task.state.value, done, age, task.goal]
