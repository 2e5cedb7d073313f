"""The rows of the derived tables as the writing connection knows them, loaded when first looked at."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection

from loom_core.store.rows import TRACKED, Key, SubtaskRow, Value
from loom_core.store.statements import Statements, key_values

__all__ = ["LoadedRows"]

_MAX_ROWS = 100_000
"""Rows kept between transactions; more are forgotten all at once and loaded again."""


class LoadedRows:
    """The tracked columns of rows, kept as long as nobody else writes to the database."""

    def __init__(self, connection: Connection, statements: Statements) -> None:
        """Load through the connection, inside whatever transaction it is in."""
        self.connection = connection
        self._statements = statements
        self._rows: dict[tuple[str, Key], Mapping[str, Any] | None] = {}
        self._plans: dict[str, dict[str, SubtaskRow]] = {}
        self._keys: dict[str, str] = {}

    def forget(self) -> None:
        """Load everything again when it is next looked at."""
        self._rows.clear()
        self._plans.clear()
        self._keys.clear()

    def forget_if_many(self) -> None:
        """Keep memory bounded."""
        if len(self._rows) > _MAX_ROWS:
            self.forget()

    def subtasks(self, task_id: str) -> Mapping[str, SubtaskRow]:
        """Every subtask of a task by its id."""
        if task_id not in self._plans:
            self._load_plan(task_id)
        return self._plans[task_id]

    def task_with_key(self, idempotency_key: str) -> str | None:
        """The id of the task that was made for a key, or None."""
        if idempotency_key not in self._keys:
            by_key = self._statements.select("tasks", ("id",), ("idempotency_key",))
            found = by_key.fetch(self.connection, {"key_idempotency_key": idempotency_key})
            return str(found[0]["id"]) if found else None
        return self._keys[idempotency_key]

    def row(self, table: str, key: Key) -> Mapping[str, Any] | None:
        """The row of a tracked table from memory, else from the database."""
        if (table, key) not in self._rows:
            columns, by = TRACKED[table], tuple(name[4:] for name in key_values(table, key))
            found = self._statements.select(table, columns, by).fetch(
                self.connection, key_values(table, key)
            )
            self._rows[table, key] = found[0] if found else None
        return self._rows[table, key]

    def keep(self, table: str, key: Key, row: Mapping[str, Value]) -> None:
        """Know a row as the transaction has just made it."""
        self._rows[table, key] = row
        if table == "tasks" and row["idempotency_key"]:
            self._keys[str(row["idempotency_key"])] = str(key[0])
        if table == "subtasks" and key[0] in self._plans:
            self._plans[str(key[0])][str(key[1])] = cast("SubtaskRow", row)

    def _load_plan(self, task_id: str) -> None:
        """Load every subtask of a task, but what is known already is newer."""
        statement = self._statements.select("subtasks", TRACKED["subtasks"], ("task_id",))
        for row in statement.fetch(self.connection, {"key_task_id": task_id}):
            self._rows.setdefault(("subtasks", (task_id, row["id"])), row)
        self._plans[task_id] = {
            str(key[1]): cast("SubtaskRow", row)
            for (table, key), row in self._rows.items()
            if table == "subtasks" and key[0] == task_id and row is not None
        }
