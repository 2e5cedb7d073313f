"""The derived tables as replaying a task's events gives them, in memory."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from loom_core.events import Event
from loom_core.store.projection import project
from loom_core.store.rows import ApprovalRow, Key, SubtaskRow, TaskRow, Value, Write

__all__ = ["Replay"]


class Replay:
    """The rows of one task, from its first event on."""

    def __init__(self) -> None:
        """No rows."""
        self.rows: dict[tuple[str, Key], dict[str, Value]] = {}

    def play(self, events: Iterable[Event]) -> None:
        """Take in events in order; see ``project`` for what it raises of events that cannot be."""
        for event in events:
            for write in project(event, self):
                self._write(write)

    def of(self, table: str) -> list[dict[str, Value]]:
        """The rows of a table."""
        return [columns for (name, _), columns in self.rows.items() if name == table]

    def _write(self, write: Write) -> None:
        """Insert or update one row."""
        row = self.rows.setdefault((write.table, write.key), {})
        row.update(write.columns)

    def task(self, task_id: str) -> TaskRow | None:
        """The task, or None."""
        return cast("TaskRow | None", self._row("tasks", (task_id,)))

    def subtask(self, task_id: str, subtask_id: str) -> SubtaskRow | None:
        """The subtask, or None."""
        return cast("SubtaskRow | None", self._row("subtasks", (task_id, subtask_id)))

    def subtasks(self, task_id: str) -> Mapping[str, SubtaskRow]:
        """Every subtask of a task by its id."""
        return {
            str(key[1]): cast("SubtaskRow", row)
            for (table, key), row in self.rows.items()
            if table == "subtasks" and key[0] == task_id
        }

    def approval(self, task_id: str, approval_id: str) -> ApprovalRow | None:
        """The approval, or None."""
        return cast("ApprovalRow | None", self._row("approvals", (task_id, approval_id)))

    def _row(self, table: str, key: Key) -> Mapping[str, Any] | None:
        """The row, or None."""
        return self.rows.get((table, key))
