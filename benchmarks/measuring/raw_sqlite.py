"""The floor for everything that is stored: the same rows through sqlite3 alone."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

BATCH = 1_000


def journal_rows(database: Path) -> list[tuple[object, ...]]:
    """Every row of a journal, in order."""
    with sqlite3.connect(database) as connection:
        return connection.execute("SELECT * FROM journal ORDER BY sequence").fetchall()


def has_gaps(rows: Sequence[tuple[object, ...]]) -> bool:
    """Whether a sequence number is missing."""
    return [row[0] for row in rows] != list(range(1, len(rows) + 1))


def insert_seconds(database: Path, rows: Sequence[tuple[object, ...]]) -> float:
    """How long the rows take in WAL mode without waiting for the disk, so many in a transaction."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    columns = ", ".join(f"c{number}" for number in range(1, len(rows[0])))
    connection.execute(f"CREATE TABLE journal (c0 INTEGER PRIMARY KEY, {columns})")
    connection.execute("CREATE INDEX journal_of_task ON journal (c1, c0)")
    insert = f"INSERT INTO journal VALUES ({', '.join('?' * len(rows[0]))})"
    started = time.perf_counter()
    for first in range(0, len(rows), BATCH):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, rows[first : first + BATCH])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds
