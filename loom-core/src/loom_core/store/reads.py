"""Queries: they run on reading connections in other threads and never wait for the writer."""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    and_,
    func,
    literal,
    or_,
    select,
    true,
)

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import UnknownTask
from loom_core.events import Event
from loom_core.store.clean_text import as_unicode
from loom_core.store.decoding import as_approval, as_change, as_event, as_subtask, as_task
from loom_core.store.records import ApprovalRecord, ChangeRecord, SubtaskRecord, TaskRecord
from loom_core.store.schema import approvals, changes, journal, plans, subtasks, tasks
from loom_core.types import PauseCause, TaskKind, TaskState

__all__ = [
    "count_tasks",
    "read_approvals",
    "read_changes",
    "read_events",
    "read_newest_sequence",
    "read_resumable_tasks",
    "read_subtasks",
    "read_task",
    "read_tasks",
]

_UNDER_WAY = (TaskState.PENDING.value, TaskState.PLANNING.value, TaskState.EXECUTING.value)
"""States of a task on which somebody works, unless that somebody died."""
_MAX_NEAR_NAMES = 200
"""Newest tasks among which a mistyped id is looked for."""


def read_task(connection: Connection, task_id: str) -> TaskRecord:
    """The task with that id, or the only one whose id begins so.

    Raises:
        UnknownTask: There is none, or several begin so; says which is near.
    """
    task_id = as_unicode(task_id)
    found = connection.execute(_tasks().where(tasks.c.id == task_id)).mappings().one_or_none()
    return as_task(found or _only_match(connection, task_id))


def read_tasks(
    connection: Connection,
    states: Sequence[TaskState],
    kind: TaskKind | None,
    limit: int,
    offset: int,
    *,
    is_oldest_first: bool,
) -> list[TaskRecord]:
    """Tasks that are so, or all, by the time of their creation."""
    order = tasks.c.sequence.asc() if is_oldest_first else tasks.c.sequence.desc()
    query = _tasks().where(_are(states, kind)).order_by(order).limit(limit).offset(offset)
    return [as_task(row) for row in connection.execute(query).mappings()]


def count_tasks(connection: Connection, states: Sequence[TaskState], kind: TaskKind | None) -> int:
    """How many tasks are so, or are there at all."""
    query = select(func.count()).select_from(tasks).where(_are(states, kind))
    return connection.execute(query).scalar_one()


def read_newest_sequence(connection: Connection, task_id: str) -> int:
    """Sequence of the newest event of a task; 0 when it has none."""
    query = select(func.max(journal.c.sequence)).where(journal.c.task_id == task_id)
    return connection.execute(query).scalar() or 0


def read_resumable_tasks(connection: Connection) -> list[TaskRecord]:
    """Tasks that were begun and stopped by chance, or never begun, oldest first."""
    is_interrupted = and_(
        tasks.c.state == TaskState.PAUSED.value,
        tasks.c.pause_cause == PauseCause.INTERRUPTED.value,
    )
    query = _tasks().where(
        tasks.c.kind == TaskKind.GOAL.value,
        or_(tasks.c.state.in_(_UNDER_WAY), is_interrupted),
    )
    found = connection.execute(query.order_by(tasks.c.sequence)).mappings()
    return [as_task(row) for row in found]


def read_subtasks(connection: Connection, task_id: str) -> list[SubtaskRecord]:
    """The subtasks of a task in the order of its plan."""
    query = _of_task(subtasks, task_id).order_by(subtasks.c.position, subtasks.c.id)
    return [as_subtask(row) for row in connection.execute(query).mappings()]


def read_changes(connection: Connection, task_id: str, *, with_undone: bool) -> list[ChangeRecord]:
    """The file changes of a task in the order in which they were made."""
    query = _of_task(changes, task_id).order_by(changes.c.sequence, changes.c.position)
    if not with_undone:
        query = query.where(changes.c.undone_by.is_(None))
    return [as_change(row) for row in connection.execute(query).mappings()]


def read_approvals(connection: Connection, task_id: str) -> list[ApprovalRecord]:
    """The approvals of a task, the oldest first."""
    query = _of_task(approvals, task_id).order_by(approvals.c.requested_at, approvals.c.id)
    return [as_approval(row) for row in connection.execute(query).mappings()]


def read_events(
    connection: Connection,
    task_id: str,
    *,
    after: int,
    limit: int | None,
    subtask_id: str | None,
    attempt: int | None,
) -> list[Event]:
    """Events of a task after a sequence, in order."""
    query = _of_task(journal, task_id).where(journal.c.sequence > after)
    if subtask_id is not None:
        query = query.where(journal.c.subtask_id == subtask_id)
    if attempt is not None:
        query = query.where(journal.c.attempt == attempt)
    query = query.order_by(journal.c.sequence).limit(limit)
    return [as_event(row) for row in connection.execute(query).mappings()]


def _are(states: Sequence[TaskState], kind: TaskKind | None) -> ColumnElement[bool]:
    """Whether a task is in one of these states and of this kind; what is left out does not count."""
    is_in = tasks.c.state.in_([state.value for state in states]) if states else true()
    return and_(is_in, tasks.c.kind == kind.value if kind else true())


def _of_task(table: Table, task_id: str) -> Select[*tuple[object, ...]]:
    """The rows of a table that belong to a task."""
    return select(table).where(table.c.task_id == task_id)


def _tasks() -> Select[*tuple[object, ...]]:
    """Every task with its plan and the time of its newest event, which is the latest."""
    updated_at = (
        select(journal.c.at)
        .where(journal.c.task_id == tasks.c.id)
        .order_by(journal.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
        .label("updated_at")
    )
    in_force = and_(plans.c.task_id == tasks.c.id, plans.c.version == tasks.c.plan_version)
    return select(tasks, plans.c.plan, updated_at).outerjoin(plans, in_force)


def _only_match(connection: Connection, task_id: str) -> RowMapping:
    """The only task whose id begins with a text; raises ``UnknownTask``."""
    begins = and_(func.substr(tasks.c.id, 1, len(task_id)) == task_id, literal(task_id) != "")
    query = _tasks().where(begins).order_by(tasks.c.sequence.desc()).limit(3)
    found = connection.execute(query).mappings().all()
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(row["id"] for row in found)
        raise UnknownTask(f"several tasks begin with {task_id!r} ({names} …); write more of the id")
    newest = select(tasks.c.id).order_by(tasks.c.sequence.desc()).limit(_MAX_NEAR_NAMES)
    near = did_you_mean(task_id, connection.execute(newest).scalars())
    hint = near or "; `loom list` shows the tasks there are"
    raise UnknownTask(f"there is no task {task_id!r}{hint}")
