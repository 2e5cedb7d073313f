"""What one piece of work adds to a transaction, kept apart until it is complete.

A piece of work that is refused halfway leaves nothing behind, and its neighbours in the same
transaction do not notice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection

from loom_core.events import Event, EventBody
from loom_core.store.loaded import LoadedRows
from loom_core.store.projection import project
from loom_core.store.rows import TRACKED, ApprovalRow, Key, SubtaskRow, TaskRow, Write
from loom_core.store.steady import Steady

__all__ = ["Draft", "Line"]


@dataclass(frozen=True, slots=True)
class Line:
    """An event on its way into the journal."""

    body: EventBody
    payload: str
    """The body as JSON, made before the writer is bothered."""
    subtask_id: str = ""
    attempt: int = 0


class Draft:
    """Events and writes of one piece of work, on top of the rows as they are before it."""

    def __init__(
        self, base: LoadedRows, *, sequence: int, now: datetime, at: datetime, steady: Steady
    ) -> None:
        """Number events from after ``sequence``.

        Args:
            base: The rows before; never changed here.
            sequence: Of the last event before.
            now: What the clock says.
            at: The time of the events, which never goes back.
            steady: The moment for leases.
        """
        self.now = now
        self.steady = steady
        self.events: list[Event] = []
        self.payloads: list[str] = []
        self.writes: list[Write] = []
        self.rows: dict[tuple[str, Key], Mapping[str, Any]] = {}
        self._base = base
        self._sequence = sequence
        self._at = at

    def record(self, task_id: str, lines: Iterable[Line], *, fence: int) -> Sequence[Event]:
        """Put events into the journal and derive what they change; see ``project`` for errors."""
        first = len(self.events)
        for line in lines:
            event = Event(
                sequence=self._sequence + len(self.events) + 1,
                task_id=task_id,
                at=self._at,
                body=line.body,
                subtask_id=line.subtask_id,
                attempt=line.attempt,
                fence=fence,
            )
            for write in project(event, self):
                self.write(write)
            self.events.append(event)
            self.payloads.append(line.payload)
        return self.events[first:]

    def write(self, write: Write) -> None:
        """Add a write, visible to whatever this draft looks at next."""
        self.writes.append(write)
        tracked = TRACKED.get(write.table)
        if tracked is not None:
            before = {} if write.is_new else self._row(write.table, write.key) or {}
            changed = {name: value for name, value in write.columns.items() if name in tracked}
            self.rows[write.table, write.key] = {**before, **changed}

    @property
    def connection(self) -> Connection:
        """The transaction itself, for work on rows that are not derived from events."""
        return self._base.connection

    def task(self, task_id: str) -> TaskRow | None:
        """The task, or None."""
        return cast("TaskRow | None", self._row("tasks", (task_id,)))

    def task_with_key(self, idempotency_key: str) -> str | None:
        """The id of the task that was made for a key before this draft, or None."""
        return self._base.task_with_key(idempotency_key)

    def subtask(self, task_id: str, subtask_id: str) -> SubtaskRow | None:
        """The subtask, or None."""
        return cast("SubtaskRow | None", self._row("subtasks", (task_id, subtask_id)))

    def approval(self, task_id: str, approval_id: str) -> ApprovalRow | None:
        """The approval, or None."""
        return cast("ApprovalRow | None", self._row("approvals", (task_id, approval_id)))

    def subtasks(self, task_id: str) -> Mapping[str, SubtaskRow]:
        """Every subtask of a task by its id."""
        mine = {
            str(key[1]): cast("SubtaskRow", row)
            for (table, key), row in self.rows.items()
            if table == "subtasks" and key[0] == task_id
        }
        return {**self._base.subtasks(task_id), **mine}

    def _row(self, table: str, key: Key) -> Mapping[str, Any] | None:
        """The row as this draft has made it, else as it was before."""
        return self.rows.get((table, key)) or self._base.row(table, key)
