"""Brings a database to the newest tables when it is opened.

A current one costs one query. A new one is created straight from the tables, and only an older one
loads Alembic, whose import takes longer than everything else about opening. A test holds the
migrations and the tables equal.
"""

from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import Column, MetaData, Table
from sqlalchemy.types import String

from loom_core.errors import StoreError
from loom_core.store import schema, search
from loom_core.store.sqlite import SqliteDatabase

__all__ = ["bring_up_to_date", "upgrade"]

_VERSIONS = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True)
)
"""Alembic's own table, in the form in which Alembic makes it."""


def bring_up_to_date(database: SqliteDatabase) -> None:
    """Create or migrate the tables where they are not current.

    Raises:
        StoreError: It is not Loom's database, was written by a newer Loom, or cannot be read.
    """
    try:
        with database.reading.begin() as connection:
            if _revision(connection) == schema.REVISION:
                return
        with (
            database.writing.begin() as connection
        ):  # the lock; another process may have been faster
            _make_current(connection, database.path)
    except DBAPIError as error:
        raise database.explained(error) from error


def upgrade(connection: Connection) -> None:
    """Run every migration that is missing, inside the connection's transaction."""
    from alembic import command  # slow to import, and rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _make_current(connection: Connection, path: Path) -> None:
    """Create all tables, or run the missing migrations."""
    revision = _revision(connection)
    if revision == schema.REVISION:
        return
    if revision is not None:
        _upgrade_known(connection, path, revision)
    elif inspect(connection).get_table_names():
        raise StoreError(
            f"{path} is a database, but not one of Loom's; set memory.database_path to another file"
        )
    else:
        schema.metadata.create_all(connection, checkfirst=False)
        search.create_index(connection)
        _VERSIONS.create(connection)
        connection.execute(insert(_VERSIONS).values(version_num=schema.REVISION))


def _upgrade_known(connection: Connection, path: Path, revision: str) -> None:
    """Run the missing migrations of a database that an earlier Loom wrote."""
    from alembic.util import CommandError

    try:
        upgrade(connection)
    except CommandError as error:
        raise StoreError(
            f"the database {path} was written by a newer Loom (its tables are of revision "
            f"{revision}, this Loom knows up to {schema.REVISION}); install that version, "
            "or set memory.database_path to another file"
        ) from error


def _revision(connection: Connection) -> str | None:
    """The migration that the database is at, empty before the first; None if it is not Loom's."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    return connection.execute(select(_VERSIONS.c.version_num)).scalar() or ""
