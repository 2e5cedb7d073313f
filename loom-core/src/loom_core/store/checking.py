"""Whether a database is sound: its pages, what its rows refer to, and its tables against its journal."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DBAPIError

from loom_core.errors import LoomError
from loom_core.store.clean_text import without_nul
from loom_core.store.decoding import as_event
from loom_core.store.replay import Replay
from loom_core.store.schema import (
    approvals,
    changes,
    commands,
    journal,
    memory_entries,
    metadata,
    plans,
    subtasks,
    tasks,
    webhooks,
)

__all__ = ["problems_of"]

_OF_TASKS = (journal, plans, subtasks, approvals, changes, memory_entries, commands, webhooks)
_NOT_DERIVED = {
    "tasks": {"owner", "lease_until", "lease_boot", "lease_ticks"},
    "memory_entries": {"id"},
    "webhooks": {"state", "attempts", "due_at", "status", "problem", "settled_at"},
}
"""Columns that no event decides."""
_MAX_NAMED = 3


def problems_of(connection: Connection) -> list[str]:
    """One sentence for each thing that is wrong; none when all is sound.

    Reads everything once. The connection's transaction may be one that is rolled back.
    """
    found = list(_of_pages(connection))
    if found:
        return found  # what damaged pages say is worth nothing
    found += _of_references(connection)
    for (task_id,) in connection.execute(select(tasks.c.id).order_by(tasks.c.sequence)).all():
        found += _of_task(connection, task_id)
    return found


def _of_pages(connection: Connection) -> Iterator[str]:
    """What SQLite finds in its file and in the index of words; PostgreSQL looks after itself."""
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield f"the file is damaged: {said}"
    try:
        connection.exec_driver_sql(
            "INSERT INTO memory_index(memory_index, rank) VALUES ('integrity-check', 1)"
        )
    except DBAPIError as error:
        yield f"the index of words does not match the memory: {error.orig}"


def _of_references(connection: Connection) -> Iterator[str]:
    """Rows that belong to a task that is not there."""
    known = select(tasks.c.id)
    for table in _OF_TASKS:
        strays = select(table.c.task_id).where(table.c.task_id.not_in(known)).distinct()
        named = connection.execute(strays.limit(_MAX_NAMED)).scalars().all()
        if named:
            yield f"{table.name} has rows of tasks that are not there: {', '.join(named)}"


def _of_task(connection: Connection, task_id: str) -> Iterator[str]:
    """Where the tables of a task are not what its events say."""
    own = select(journal).where(journal.c.task_id == task_id).order_by(journal.c.sequence)
    replay = Replay()
    try:
        replay.play(as_event(row) for row in connection.execute(own).mappings())
    except (LoomError, KeyError) as error:
        yield f"the events of task {task_id} cannot be replayed: {error}"
        return
    for table in (tasks, plans, subtasks, approvals, changes, memory_entries, webhooks):
        key = table.c.id if table is tasks else table.c.task_id
        stored = connection.execute(select(table).where(key == task_id)).mappings()
        yield from _differences(table, task_id, [dict(row) for row in stored], replay)


def _differences(
    table: Table, task_id: str, stored: Iterable[dict[str, Any]], replay: Replay
) -> Iterator[str]:
    """How the rows of a task in one table differ; deleted memory is no difference."""
    left_out = _NOT_DERIVED.get(table.name, set[str]())
    columns = [c.name for c in metadata.tables[table.name].columns if c.name not in left_out]
    there = Counter(_comparable(row, columns) for row in stored)
    said = Counter(_comparable(row, columns) for row in replay.of(table.name))
    extra, missing = there - said, said - there
    if table is memory_entries:
        missing.clear()
    if extra or missing:
        names = sorted(set(_unequal(columns, extra, missing)))
        yield (
            f"{table.name} of task {task_id} is not what its events say: {extra.total()} rows too "
            f"many or different, {missing.total()} missing ({', '.join(names)})"
        )


def _unequal(
    columns: list[str], extra: Counter[tuple[Any, ...]], missing: Counter[tuple[Any, ...]]
) -> Iterator[str]:
    """The columns in which rows differ that are alike in most."""
    for one, other in zip(sorted(extra, key=repr), sorted(missing, key=repr), strict=False):
        yield from (name for name, a, b in zip(columns, one, other, strict=True) if a != b)


def _comparable(row: dict[str, Any], columns: list[str]) -> tuple[Any, ...]:
    """A row's values in a form that is the same for every database."""
    return tuple(_plain(row.get(name)) for name in columns)


def _plain(value: Any) -> Any:
    """A value without what databases do to it."""
    if isinstance(value, bool):
        return int(value)
    return without_nul(value) if isinstance(value, str) else value
