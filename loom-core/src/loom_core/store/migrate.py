"""Brings a database to the newest tables when it is opened.

A current one costs one query. A new one is created straight from the tables, and only an older one
loads Alembic, whose import takes longer than everything else about opening. A test holds the
migrations and the tables equal.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Dialect, insert, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import (
    Column,
    CreateIndex,
    CreateTable,
    ExecutableDDLElement,
    MetaData,
    Table,
)
from sqlalchemy.types import String

from loom_core.errors import StoreError
from loom_core.store import schema, search
from loom_core.store.backup import back_up_file
from loom_core.store.database import Database
from loom_core.store.sqlite import SqliteDatabase

__all__ = ["bring_up_to_date", "revision_of", "upgrade"]

_VERSIONS = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True)
)
"""Alembic's own table, in the form in which Alembic makes it."""


def bring_up_to_date(database: Database, *, may_upgrade: bool | None = None) -> None:
    """Create or migrate the tables where they are not current; a backup comes before a migration.

    Args:
        database: Which.
        may_upgrade: Whether to migrate an older one; None does where Loom can make the backup itself.

    Raises:
        StoreError: It is not Loom's database, was written by a newer Loom, is older and was not to be
            migrated, or cannot be read.
    """
    try:
        with database.reading.begin() as connection:
            if revision_of(connection) == schema.REVISION:
                return
        with (
            database.writing.begin() as connection
        ):  # the lock; another process may have been faster
            is_allowed = database.can_back_up if may_upgrade is None else may_upgrade
            _make_current(connection, database, may_upgrade=is_allowed)
    except DBAPIError as error:
        raise database.explained(error) from error


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run every migration that is missing up to one, inside the connection's transaction."""
    from alembic import command  # slow to import, and rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _make_current(connection: Connection, database: Database, *, may_upgrade: bool) -> None:
    """Create all tables, or run the missing migrations."""
    revision = revision_of(connection)
    if revision == schema.REVISION:
        return
    if revision is not None:
        if not may_upgrade and revision < schema.REVISION:
            raise StoreError(
                f"the database {database.name} was written by an older Loom (its tables are of "
                f"revision {revision}); back it up with pg_dump, then: loom db upgrade"
            )
        _upgrade_known(connection, database, revision)
    elif inspect(connection).get_table_names():
        raise StoreError(
            f"{database.name} is a database, but not one of Loom's; set {database.setting} to another one"
        )
    else:
        for statement in _creation(type(connection.dialect)):
            connection.exec_driver_sql(statement)
        search.create_index(connection)
        connection.execute(insert(_VERSIONS).values(version_num=schema.REVISION))


@cache
def _creation(kind: type[Dialect]) -> tuple[str, ...]:
    """The statements that make every table and index in a kind of database."""
    dialect = kind()
    tables = [*schema.metadata.sorted_tables, _VERSIONS]
    clauses: list[ExecutableDDLElement] = [CreateTable(table) for table in tables]
    clauses += [CreateIndex(index) for table in tables for index in table.indexes]
    return tuple(str(clause.compile(dialect=dialect)) for clause in clauses)


def _upgrade_known(connection: Connection, database: Database, revision: str) -> None:
    """Run the missing migrations of a database that an earlier Loom wrote."""
    from alembic.util import CommandError

    if isinstance(database, SqliteDatabase) and revision < schema.REVISION:
        _back_up(database, revision)
    try:
        upgrade(connection)
    except CommandError as error:
        raise StoreError(
            f"the database {database.name} was written by a newer Loom (its tables are of revision "
            f"{revision}, this Loom knows up to {schema.REVISION}); install that version, "
            f"or set {database.setting} to another one"
        ) from error


def _back_up(database: SqliteDatabase, revision: str) -> None:
    """Copy the file as it is, under a name that says of which revision; one such copy is enough."""
    target = database.path.with_name(f"{database.path.name}.revision-{revision or '0000'}")
    if not target.exists():
        back_up_file(database.path, target)


def revision_of(connection: Connection) -> str | None:
    """The migration that the database is at, empty before the first; None if it is not Loom's."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    return connection.execute(select(_VERSIONS.c.version_num)).scalar() or ""
