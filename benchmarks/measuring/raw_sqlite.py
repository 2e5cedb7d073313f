"""The floor for everything that is stored: the same rows through sqlite3 alone."""

import json
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
    """How long a hand-written log of the same rows takes: JSON made, then inserted in batches.

    WAL mode, not waiting for the disk, the columns and indexes of Loom's journal, one table only.
    """
    events = [(*row[:-1], json.loads(str(row[-1]))) for row in rows]
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    columns = ", ".join(f"c{number}" for number in range(1, len(rows[0])))
    connection.execute(f"CREATE TABLE journal (c0 INTEGER PRIMARY KEY, {columns})")
    connection.execute("CREATE INDEX by_task ON journal (c1, c0)")
    connection.execute("CREATE INDEX by_subtask ON journal (c1, c2, c0)")
    insert = f"INSERT INTO journal VALUES ({', '.join('?' * len(rows[0]))})"
    started = time.perf_counter()
    for first in range(0, len(events), BATCH):
        batch = [(*event[:-1], json.dumps(event[-1])) for event in events[first : first + BATCH]]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, batch)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds
