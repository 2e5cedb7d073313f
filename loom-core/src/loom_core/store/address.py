"""Finds the database that a path or URL of the settings means."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from loom_core.errors import StoreError
from loom_core.store.database import Database
from loom_core.store.sqlite import SqliteDatabase

__all__ = ["database_at"]


def database_at(url_or_path: str | Path, *, busy_timeout_seconds: float) -> Database:
    """The database at a path, or at an SQLAlchemy URL; nothing is opened yet.

    Raises:
        StoreError: The URL is not one, its kind of database is not supported, or its driver is missing.
    """
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return _sqlite(Path(url_or_path), busy_timeout_seconds)
    url = _url(url_or_path)
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        from loom_core.store.postgresql import PostgresqlDatabase

        return PostgresqlDatabase(url, busy_timeout_seconds=busy_timeout_seconds)
    if url.get_backend_name() != "sqlite":
        raise StoreError(
            f"memory.database_url asks for {url.drivername}, but Loom keeps its data in SQLite or "
            "PostgreSQL; write sqlite:////home/me/loom.db or postgresql://user@host/database"
        )
    if not url.database or url.database == ":memory:":
        raise StoreError(
            "memory.database_url names no file, but what Loom keeps must outlive its process; "
            "write sqlite:////home/me/loom.db"
        )
    return _sqlite(Path(url.database), busy_timeout_seconds)


def _sqlite(path: Path, busy_timeout_seconds: float) -> Database:
    """The database in a file."""
    return SqliteDatabase(path.expanduser().absolute(), busy_timeout_seconds=busy_timeout_seconds)


def _url(text: str) -> URL:
    """The URL that a text is; raises ``StoreError``, and never says what may hold a password."""
    try:
        return make_url(text)
    except ArgumentError as error:
        raise StoreError(
            f"memory.database_url {text.partition(':')[0]}://… is not a database URL; write it like "
            "sqlite:////home/me/loom.db or postgresql://user@host/database, or set "
            "memory.database_path instead"
        ) from error
