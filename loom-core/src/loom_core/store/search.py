"""Full-text search of memory with SQLite's FTS5.

The index is an external-content table kept in step by triggers, so that every way of writing an
entry indexes it. What users type is never FTS syntax: each word becomes a quoted phrase.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, Select, column, desc, literal_column, select, table

from loom_core.store.clean_text import as_unicode
from loom_core.store.schema import memory_entries

__all__ = ["create_index", "find_entries"]

_MAX_TERMS = 64
"""More words than that add nothing to the rank, and FTS5 limits the depth of an expression."""

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


def find_entries(
    connection: Connection, text: str, *, task_id: str | None, kinds: Sequence[str], limit: int
) -> Sequence[RowMapping]:
    """Rows of memory that any word of the text is in, best first; the newest for an empty text."""
    query: Select[tuple[object, ...]] = select(memory_entries)
    if text.strip():
        query = (
            query.join(_index, _index.c.rowid == memory_entries.c.id)
            .where(literal_column("memory_index").bool_op("MATCH")(_expression(text)))
            .order_by(literal_column("memory_index.rank"))
        )
    query = query.order_by(desc(memory_entries.c.id)).limit(limit)
    if task_id is not None:
        query = query.where(memory_entries.c.task_id == task_id)
    if kinds:
        query = query.where(memory_entries.c.kind.in_(kinds))
    return connection.execute(query).mappings().all()


def _expression(text: str) -> str:
    """Any of the words, each quoted, so that nothing in it is syntax."""
    words = dict.fromkeys(as_unicode(text).replace("\0", " ").split())
    quoted = ['"' + word.replace('"', '""') + '"' for word in list(words)[:_MAX_TERMS]]
    return " OR ".join(quoted) or '""'
