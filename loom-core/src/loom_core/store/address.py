"""Finds the database that a path or URL of the settings means."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from loom_core.errors import StoreError
from loom_core.store.sqlite import SqliteDatabase

__all__ = ["database_at"]


def database_at(url_or_path: str | Path, *, busy_timeout_seconds: float) -> SqliteDatabase:
    """The database at a path, or at an SQLAlchemy URL; nothing is opened yet.

    Raises:
        StoreError: The URL is not one, or its kind of database is not supported.
    """
    path = url_or_path if isinstance(url_or_path, Path) else _path_of(url_or_path)
    return SqliteDatabase(path.expanduser().absolute(), busy_timeout_seconds=busy_timeout_seconds)


def _path_of(text: str) -> Path:
    """The file that a text means."""
    if "://" not in text:
        return Path(text)
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise StoreError(
            f"memory.database_url {text!r} is not a database URL; write it like "
            "sqlite:////home/me/loom.db, or set memory.database_path instead"
        ) from error
    if url.get_backend_name() != "sqlite":
        raise StoreError(
            f"memory.database_url asks for {url.get_backend_name()}, but this Loom keeps its data in "
            "SQLite only; unset it, or write sqlite:////home/me/loom.db"
        )
    if not url.database or url.database == ":memory:":
        raise StoreError(
            "memory.database_url names no file, but what Loom keeps must outlive its process; "
            "write sqlite:////home/me/loom.db"
        )
    return Path(url.database)
