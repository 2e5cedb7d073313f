"""Tasks as a table for people, or as values for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from loom_core.cli.program_name import program_name
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.table import echo_table
from loom_core.cli.terminal.time_text import format_age
from loom_core.store import Store, TaskRecord
from loom_core.types import SubtaskState, TaskKind, TaskState

_HEADERS = ["ID", "STATE", "DONE", "AGE", "GOAL"]


@dataclass(frozen=True, slots=True)
class ListedTask:
    """A task and how far it is."""

    record: TaskRecord
    done: int
    """Completed subtasks of the plan in force."""
    planned: int
    """All subtasks of the plan in force; 0 before the first plan."""

    def as_json(self) -> dict[str, object]:
        """The task for programs, its times in ISO 8601 and UTC."""
        record = self.record
        return {
            "task_id": record.id,
            "kind": record.kind.value,
            "goal": record.goal,
            "workspace": record.workspace,
            "state": record.state.value,
            "reason": record.reason,
            "done": self.done,
            "planned": self.planned,
            "created_at": record.created_at.isoformat(),
            "updated_at": record.updated_at.isoformat(),
        }


async def list_tasks(store: Store, *, state: TaskState | None, limit: int) -> list[ListedTask]:
    """Tasks in a state, or all, the newest first."""
    records = await store.tasks(state=state, limit=limit)
    return [await _count(store, record) for record in records]


async def _count(store: Store, record: TaskRecord) -> ListedTask:
    planned = {subtask.id for subtask in record.plan.subtasks} if record.plan else set[str]()
    subtasks = await store.subtasks(record.id)
    is_session = record.kind is TaskKind.SESSION
    done = sum(
        s.state is SubtaskState.COMPLETED and (is_session or s.id in planned) for s in subtasks
    )
    return ListedTask(record, done, len(planned))


def echo_tasks(tasks: Sequence[ListedTask]) -> None:
    """Write the table to stdout, or what to do when there is none."""
    if not tasks:
        click.echo(f"no tasks; start one: {program_name()} run GOAL -w DIR")
        return
    now = datetime.now(UTC)
    rows = [_row(task, now) for task in tasks]
    echo_table(_HEADERS, rows, columns=stdout_columns())


def _row(task: ListedTask, now: datetime) -> list[str]:
    record = task.record
    done = f"{task.done}/{task.planned}" if task.planned else "-"
    if record.kind is TaskKind.SESSION:
        done = f"{task.done} turns"
    age = format_age(record.created_at, now=now)
    return [record.id, record.state.value, done, age, record.goal]
