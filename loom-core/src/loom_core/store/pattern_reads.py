"""Queries about lessons."""

from collections.abc import Sequence
from json import loads

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, case, func, select

from loom_core.errors import UnknownEntry
from loom_core.store.clock import as_datetime
from loom_core.store.records import PatternRecord, PatternTask, PatternUses
from loom_core.store.schema import pattern_tasks, patterns, studied_tasks, tasks
from loom_core.types import PatternKind, PatternState

__all__ = [
    "SOURCE",
    "USE",
    "as_pattern",
    "read_pattern",
    "read_pattern_tasks",
    "read_patterns",
    "read_uses",
]

SOURCE = "source"
USE = "use"


def read_patterns(
    connection: Connection, workspace: str | None, kinds: Sequence[PatternKind], limit: int
) -> list[PatternRecord]:
    """Lessons, those that were taught last first."""
    query = select(patterns).order_by(patterns.c.last_at.desc(), patterns.c.id.desc()).limit(limit)
    if workspace is not None:
        query = query.where(patterns.c.workspace == workspace)
    if kinds:
        query = query.where(patterns.c.kind.in_([kind.value for kind in kinds]))
    return [as_pattern(row) for row in connection.execute(query).mappings()]


def read_pattern(connection: Connection, pattern_id: int) -> PatternRecord:
    """One lesson; raises ``UnknownEntry``."""
    query = select(patterns).where(patterns.c.id == pattern_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownEntry(f"there is no lesson {pattern_id}; `loom learned` shows those there are")
    return as_pattern(row)


def read_pattern_tasks(connection: Connection, pattern_id: int) -> list[PatternTask]:
    """Where a lesson came from and was used."""
    query = (
        select(pattern_tasks, tasks.c.goal, tasks.c.state)
        .join(tasks, tasks.c.id == pattern_tasks.c.task_id)
        .where(pattern_tasks.c.pattern_id == pattern_id)
        .order_by(pattern_tasks.c.part, tasks.c.sequence.desc())
    )
    return [
        PatternTask(
            task_id=row["task_id"],
            subtask_id=row["subtask_id"],
            goal=row["goal"],
            is_use=row["part"] == USE,
            is_completed=row["state"] == "completed",
        )
        for row in connection.execute(query).mappings()
    ]


def read_uses(connection: Connection, workspace: str, kind: PatternKind) -> list[PatternUses]:
    """Each lesson of a kind in a workspace, with how the tasks with and without it fared.

    Only tasks that a model planned are compared for a plan: the others had no use for one.
    """
    comparable = studied_tasks.c.workspace == workspace
    if kind is PatternKind.TASK_TEMPLATE:
        comparable = and_(comparable, studied_tasks.c.was_planned)
    everything, completed = _counted(connection, comparable)
    own = select(patterns).where(patterns.c.workspace == workspace, patterns.c.kind == kind.value)
    found: list[PatternUses] = []
    for row in connection.execute(own).mappings().all():
        had = and_(comparable, studied_tasks.c.task_id.in_(_tasks_of(row["id"], USE)))
        uses, helped = _counted(connection, had)
        taught_again = studied_tasks.c.task_id.in_(_tasks_of(row["id"], SOURCE))
        repeated, _ = _counted(connection, and_(had, taught_again))
        others, others_completed = everything - uses, completed - helped
        pattern = as_pattern(row)
        found.append(PatternUses(pattern, uses, helped, others, others_completed, repeated))
    return found


def as_pattern(row: RowMapping) -> PatternRecord:
    """The record of a lesson."""
    return PatternRecord(
        id=row["id"],
        kind=PatternKind(row["kind"]),
        workspace=row["workspace"],
        key=row["key"],
        text=row["text"],
        facts=loads(row["facts"]),
        frequency=row["frequency"],
        amount=row["amount"],
        state=PatternState(row["state"]),
        first_at=as_datetime(row["first_at"]),
        last_at=as_datetime(row["last_at"]),
    )


def _tasks_of(pattern_id: int, part: str) -> Select[tuple[str]]:
    """The tasks that had a part in a lesson."""
    return select(pattern_tasks.c.task_id).where(
        pattern_tasks.c.pattern_id == pattern_id, pattern_tasks.c.part == part
    )


def _counted(connection: Connection, condition: ColumnElement[bool]) -> tuple[int, int]:
    """How many studied tasks meet a condition, and how many of them were completed."""
    completed = func.coalesce(func.sum(case((studied_tasks.c.is_completed, 1), else_=0)), 0)
    count, done = connection.execute(select(func.count(), completed).where(condition)).one()
    return int(count), int(done)
