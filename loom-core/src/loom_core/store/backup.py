"""A copy of an SQLite database, consistent while others write, and never half there."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from loom_core.errors import StoreError, UsageError

__all__ = ["back_up_file"]


def back_up_file(database: Path, target: Path) -> None:
    """Copy a database to a new file that only its user can read; it is whole once it has its name.

    Raises:
        UsageError: The target exists, or its directory does not.
        StoreError: It cannot be read or written; says why.
    """
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists already; name another file for the backup")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent} is no directory; make it first, or name another place")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(descriptor)
        part = Path(name)
        try:
            _copy(database, part)
            _flush(part)
            os.link(part, target)  # which fails where somebody else was faster
            _flush(target.parent)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"the backup {target} of {database} could not be made ({error}); check the disk and its "
            "free space, or name another place"
        ) from error


def _copy(database: Path, part: Path) -> None:
    """Copy all pages as they are at one moment, and look whether they are sound."""
    with (
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy)
        (said,) = copy.execute("PRAGMA quick_check").fetchone()
        copy.execute("PRAGMA journal_mode = DELETE")
    if said != "ok":
        raise sqlite3.DatabaseError(f"the database is damaged: {said}")


def _flush(path: Path) -> None:
    """Have the disk keep a file, or the names in a directory."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
