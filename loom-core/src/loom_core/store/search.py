"""Full-text search of memory; each kind of database has an index of its own."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, desc, select

from loom_core.store import words_fts5, words_tsvector
from loom_core.store.clean_text import as_unicode
from loom_core.store.schema import memory_entries

__all__ = ["create_index", "find_entries"]

_MAX_TERMS = 64
"""More words than that add nothing to the rank, and databases limit the depth of an expression."""


def create_index(connection: Connection) -> None:
    """Make the index of a database that has just got its tables."""
    _index_of(connection).create_index(connection)


def find_entries(
    connection: Connection, text: str, *, task_id: str | None, kinds: Sequence[str], limit: int
) -> Sequence[RowMapping]:
    """Rows of memory that any word of the text is in, best first; the newest for an empty text."""
    query: Select[Any] = select(memory_entries)
    if text.strip():
        words = dict.fromkeys(as_unicode(text).replace("\0", " ").split())
        query = _index_of(connection).ranked(query, list(words)[:_MAX_TERMS] or [""])
    query = query.order_by(desc(memory_entries.c.id)).limit(limit)
    if task_id is not None:
        query = query.where(memory_entries.c.task_id == task_id)
    if kinds:
        query = query.where(memory_entries.c.kind.in_(kinds))
    return connection.execute(query).mappings().all()


def _index_of(connection: Connection) -> ModuleType:
    """The kind of index that the database has."""
    return words_tsvector if connection.dialect.name == "postgresql" else words_fts5
