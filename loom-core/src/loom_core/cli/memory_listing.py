"""Entries of memory as a table for people, or as values for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from loom_core.cli.task_reference import find_task
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.table import echo_table
from loom_core.cli.terminal.time_text import format_age
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.store import MemoryRecord, Store, TaskRecord
from loom_core.types import MemoryKind

_HEADERS = ["ID", "KIND", "AGE", "TASK", "TEXT"]


async def find_entries(
    store: Store, text: str, *, task: str, kinds: Sequence[str], limit: int
) -> list[MemoryRecord]:
    """Entries that a text finds, or the newest for none, perhaps only of a task or of some kinds.

    Raises:
        UnknownTask: there is no such task.
    """
    task_id = (await find_task(store, task)).id if task else None
    wanted = [MemoryKind(kind) for kind in kinds]
    return await store.search_memory(text, task_id=task_id, kinds=wanted, limit=limit)


def echo_entries(records: Sequence[MemoryRecord], *, as_json: bool) -> None:
    """Write entries to stdout, or say that there is none."""
    if as_json:
        echo_json([_value(record) for record in records])
        return
    if not records:
        click.echo("nothing is remembered of that")
        return
    now = datetime.now(UTC)
    rows = [
        [
            str(record.id),
            record.entry.kind.value,
            format_age(record.at, now=now),
            record.task_id,
            record.entry.text,
        ]
        for record in records
    ]
    echo_table(_HEADERS, rows, columns=stdout_columns())


def echo_entry(record: MemoryRecord, task: TaskRecord, *, as_json: bool) -> None:
    """Write one entry with everything that is known of it."""
    if as_json:
        echo_json({**_value(record), "goal": task.goal, "workspace": task.workspace})
        return
    entry = record.entry
    where = f", subtask {entry.subtask_id}" if entry.subtask_id else ""
    click.echo(f"{record.id}  {entry.kind.value}, {record.at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"from task {task.id}{where}: {sanitize_line(task.goal)}")
    click.echo(f"in   {sanitize_line(task.workspace)}")
    if entry.tags:
        click.echo(f"tags {sanitize_line(', '.join(entry.tags))}")
    click.echo("")
    click.echo(sanitize_text(entry.text))


def echo_deleted(records: Sequence[MemoryRecord], *, as_json: bool) -> None:
    """Say what was deleted."""
    if as_json:
        echo_json({"deleted": [_value(record) for record in records]})
        return
    for record in records:
        click.echo(f"deleted {record.id}: {sanitize_line(record.entry.text)[:200]}")


def _value(record: MemoryRecord) -> dict[str, object]:
    """An entry for programs."""
    return {
        "id": record.id,
        "task_id": record.task_id,
        "subtask_id": record.entry.subtask_id,
        "kind": record.entry.kind.value,
        "text": record.entry.text,
        "tags": list(record.entry.tags),
        "at": record.at.isoformat(),
    }
