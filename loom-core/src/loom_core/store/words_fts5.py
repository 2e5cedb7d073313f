"""Full-text search of memory with SQLite's FTS5.

The index is an external-content table kept in step by triggers, so that every way of writing an
entry indexes it. What users type is never FTS syntax: each word becomes a quoted phrase.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, column, literal_column, table

from loom_core.store.schema import memory_entries

__all__ = ["create_index", "ranked"]

_INDEX_DDL = (
    """CREATE VIRTUAL TABLE memory_index USING fts5(
        text, tags, content='memory_entries', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER memory_index_insert AFTER INSERT ON memory_entries BEGIN
        INSERT INTO memory_index(rowid, text, tags) VALUES (new.id, new.text, new.tags);
    END""",
    """CREATE TRIGGER memory_index_delete AFTER DELETE ON memory_entries BEGIN
        INSERT INTO memory_index(memory_index, rowid, text, tags)
        VALUES ('delete', old.id, old.text, old.tags);
    END""",
)
"""Makes the index; entries are inserted and deleted, never updated."""

_index = table("memory_index", column("rowid"))


def create_index(connection: Connection) -> None:
    """Make the index of a database that has just got its tables."""
    for statement in _INDEX_DDL:
        connection.exec_driver_sql(statement)


def ranked(query: Select[Any], words: Sequence[str]) -> Select[Any]:
    """The entries that any of the words is in, best first."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return (
        query.join(_index, _index.c.rowid == memory_entries.c.id)
        .where(literal_column("memory_index").bool_op("MATCH")(" OR ".join(quoted) or '""'))
        .order_by(literal_column("memory_index.rank"))
    )
