"""Lessons as a table for people, or as values for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.table import echo_table
from loom_core.cli.terminal.time_text import format_age
from loom_core.learning.reading import example_of
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.store import PatternRecord, PatternTask
from loom_core.types import PatternKind

_HEADERS = ["ID", "KIND", "STATE", "TASKS", "AGE", "LESSON"]


def echo_lessons(records: Sequence[PatternRecord], *, as_json: bool) -> None:
    """Write lessons to stdout, or say that there is none."""
    if as_json:
        echo_json([_value(record) for record in records])
        return
    if not records:
        click.echo("nothing was learned yet")
        return
    now = datetime.now(UTC)
    rows = [
        [
            str(record.id),
            record.kind.value,
            record.state.value,
            str(record.frequency),
            format_age(record.last_at, now=now),
            record.text,
        ]
        for record in records
    ]
    echo_table(_HEADERS, rows, columns=stdout_columns())


def echo_lesson(record: PatternRecord, tasks: Sequence[PatternTask], *, as_json: bool) -> None:
    """Write one lesson with the tasks that taught it and those that had it."""
    if as_json:
        echo_json({**_value(record), "facts": record.facts, "tasks": list(map(_part, tasks))})
        return
    retries = f", retries in all: {record.amount}" if record.amount else ""
    click.echo(f"{record.id}  {record.kind.value}, {record.state.value}{retries}")
    click.echo(f"in {sanitize_line(record.workspace)}")
    click.echo("")
    is_plan = record.kind is PatternKind.TASK_TEMPLATE
    click.echo(sanitize_text(example_of(record) if is_plan else record.text))
    _echo_tasks("taught by", [task for task in tasks if not task.is_use])
    _echo_tasks("used in", [task for task in tasks if task.is_use])


def echo_forgotten(records: Sequence[PatternRecord], *, as_json: bool) -> None:
    """Say what was deleted."""
    if as_json:
        echo_json({"deleted": [_value(record) for record in records]})
        return
    for record in records:
        click.echo(f"deleted {record.id}: {sanitize_line(record.text)[:200]}")


def _echo_tasks(heading: str, tasks: Sequence[PatternTask]) -> None:
    """Write tasks under a heading, if there are any."""
    if not tasks:
        return
    click.echo(f"\n{heading}:")
    for task in tasks:
        where = f", subtask {task.subtask_id}" if task.subtask_id else ""
        end = "completed" if task.is_completed else "not completed"
        click.echo(f"  {task.task_id}{where} ({end}): {sanitize_line(task.goal)[:200]}")


def _part(task: PatternTask) -> dict[str, object]:
    """A task's part in a lesson, for programs."""
    return {
        "task_id": task.task_id,
        "subtask_id": task.subtask_id,
        "part": "used" if task.is_use else "taught",
        "completed": task.is_completed,
        "goal": task.goal,
    }


def _value(record: PatternRecord) -> dict[str, object]:
    """A lesson for programs."""
    return {
        "id": record.id,
        "kind": record.kind.value,
        "state": record.state.value,
        "workspace": record.workspace,
        "text": record.text,
        "frequency": record.frequency,
        "retries": record.amount,
        "first_at": record.first_at.isoformat(),
        "last_at": record.last_at.isoformat(),
    }
