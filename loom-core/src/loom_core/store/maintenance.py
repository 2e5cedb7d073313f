"""Looking after a database: its version, its soundness, its backup."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError

from loom_core.errors import StoreError, UsageError
from loom_core.store.address import database_at
from loom_core.store.backup import back_up_file
from loom_core.store.checking import problems_of
from loom_core.store.database import Database
from loom_core.store.migrate import bring_up_to_date, revision_of
from loom_core.store.schema import REVISION
from loom_core.store.sqlite import SqliteDatabase

__all__ = ["back_up", "check", "upgrade_database"]

_BUSY_SECONDS = 5.0


def check(url_or_path: str | Path) -> list[str]:
    """What is wrong with a database, one sentence each; nothing of it is changed.

    Raises:
        StoreError: It cannot be read, or is of another version of Loom.
    """
    database = _existing(url_or_path)
    try:
        _refuse_other_version(database)
        with database.writing.connect() as connection:
            transaction = connection.begin()
            try:
                return problems_of(connection)
            finally:
                transaction.rollback()
    except DBAPIError as error:
        raise database.explained(error) from error
    finally:
        database.close()


def back_up(url_or_path: str | Path, target: Path) -> None:
    """Copy a database while others may work with it.

    Raises:
        UsageError: The target exists, or the database is of a kind that has its own tool.
        StoreError: It cannot be read or written.
    """
    database = _existing(url_or_path)
    database.close()
    if not isinstance(database, SqliteDatabase):
        raise UsageError(
            f"{database.name} is looked after by PostgreSQL; back it up with its own tool: "
            f"pg_dump --format=custom --file={target} DATABASE"
        )
    back_up_file(database.path, target)


def upgrade_database(url_or_path: str | Path) -> tuple[str, str]:
    """Bring a database to the newest tables, after a backup where Loom can make one.

    Gives the revisions before and after.

    Raises:
        StoreError: It is not Loom's, was written by a newer Loom, or cannot be written.
    """
    database = _existing(url_or_path)
    try:
        with database.reading.begin() as connection:
            before = revision_of(connection) or ""
        bring_up_to_date(database, may_upgrade=True)
    except DBAPIError as error:
        raise database.explained(error) from error
    finally:
        database.close()
    return before, REVISION


def _existing(url_or_path: str | Path) -> Database:
    """The database, which is not made when it is not there. Raises ``StoreError``."""
    database = database_at(url_or_path, busy_timeout_seconds=_BUSY_SECONDS)
    if isinstance(database, SqliteDatabase) and not database.path.is_file():
        raise StoreError(f"there is no database {database.path} yet; `loom run` makes it")
    database.prepare()
    return database


def _refuse_other_version(database: Database) -> None:
    """Raise when the tables are not those that this Loom knows."""
    with database.reading.begin() as connection:
        revision = revision_of(connection)
    if revision != REVISION:
        raise StoreError(
            f"the database {database.name} has tables of revision {revision or 'none'} and this Loom "
            f"those of {REVISION}; bring it up to date first: loom db upgrade"
        )
