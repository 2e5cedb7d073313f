"""Everything that one transaction writes, combined so that each row is written once."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection

from loom_core.events import Event
from loom_core.store.clock import as_microseconds
from loom_core.store.draft import Draft
from loom_core.store.loaded import LoadedRows
from loom_core.store.rows import Key, Value
from loom_core.store.statements import Statements, key_values
from loom_core.store.steady import Steady

__all__ = ["Batch"]

_JOURNAL = (
    "sequence",
    "task_id",
    "subtask_id",
    "attempt",
    "fence",
    "type",
    "version",
    "at",
    "payload",
)

_Shape = tuple[str, bool, tuple[str, ...]]
"""Table, whether rows are new, and the columns: what one statement can write."""


class Batch:
    """The events and rows of one transaction, before they are handed to the database."""

    def __init__(
        self, rows: LoadedRows, *, sequence: int, now: datetime, at: datetime, steady: Steady
    ) -> None:
        """Start after the event with that sequence; see ``Draft`` for the times."""
        self.events: list[Event] = []
        self._payloads: list[str] = []
        self._rows = rows
        self._sequence = sequence
        self._now = now
        self._at = at
        self._steady = steady
        self._new: dict[tuple[str, Key], dict[str, Value]] = {}
        self._changed: dict[tuple[str, Key], dict[str, Value]] = {}

    def draft(self) -> Draft:
        """An empty draft on top of what is here."""
        sequence = self._sequence + len(self.events)
        return Draft(self._rows, sequence=sequence, now=self._now, at=self._at, steady=self._steady)

    def take(self, draft: Draft) -> None:
        """Add a complete draft."""
        self.events += draft.events
        self._payloads += draft.payloads
        for write in draft.writes:
            row = (write.table, write.key)
            if write.is_new:
                self._new[row] = dict(write.columns)
            elif row in self._new:
                self._new[row].update(write.columns)
            else:
                self._changed.setdefault(row, {}).update(write.columns)
        for (table, key), columns in draft.rows.items():
            self._rows.keep(table, key, columns)

    def flush(self, connection: Connection, statements: Statements) -> None:
        """Write everything: one call of the driver for all rows that have the same columns."""
        if self.events:
            statements.insert("journal", _JOURNAL).run(connection, self._journal_rows())
        shapes: defaultdict[_Shape, list[dict[str, Value]]] = defaultdict(list)
        for (table, _), columns in self._new.items():
            shapes[table, True, tuple(columns)].append(columns)
        for (table, key), columns in self._changed.items():
            names = tuple(sorted(columns))
            shapes[table, False, names].append(columns | key_values(table, key))
        for (table, is_new, names), rows in shapes.items():
            statement = statements.insert if is_new else statements.update
            statement(table, names).run(connection, rows)

    def _journal_rows(self) -> list[dict[str, Value]]:
        """The events as rows of the journal."""
        at = as_microseconds(self._at)
        return [
            {
                "sequence": event.sequence,
                "task_id": event.task_id,
                "subtask_id": event.subtask_id,
                "attempt": event.attempt,
                "fence": event.fence,
                "type": event.type,
                "version": event.body.version,
                "at": at,
                "payload": payload,
            }
            for event, payload in zip(self.events, self._payloads, strict=True)
        ]
