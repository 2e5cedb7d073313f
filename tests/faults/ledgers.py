"""Where a run keeps its rows, read from outside without changing anything: SQLite or PostgreSQL."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Ask = Callable[[str], list[dict[str, Any]]]
"""Gives the rows of a query."""


class SqliteLedger:
    """A file, of which a copy is read: reading the original would already mend what a crash left."""

    has_journal = "SELECT 1 FROM sqlite_master WHERE name = 'journal'"
    search = (
        "SELECT text FROM memory_entries WHERE id IN "
        "(SELECT rowid FROM memory_index WHERE memory_index MATCH 'there OR created')"
    )

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[Ask]:
        with TemporaryDirectory() as directory:
            for file in self.path.parent.glob(f"{self.path.name}*"):
                if not file.name.endswith("-shm"):
                    shutil.copy(file, directory)
            with closing(sqlite3.connect(Path(directory, self.path.name))) as connection:
                connection.row_factory = sqlite3.Row
                yield lambda query: [dict(row) for row in connection.execute(query)]


class PostgresqlLedger:
    """A database of a server."""

    has_journal = "SELECT 1 FROM pg_tables WHERE tablename = 'journal'"
    search = (
        "SELECT text FROM memory_entries "
        "WHERE to_tsvector('english', text) @@ to_tsquery('english', 'created') OR text LIKE '%there%'"
    )

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def reading(self) -> Iterator[Ask]:
        import psycopg
        from psycopg.rows import dict_row

        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            yield lambda query: connection.execute(query).fetchall()


Ledger = SqliteLedger | PostgresqlLedger
