"""Everything that is particular to SQLite: connections, locks, durability, search, error codes.

Another database needs another class with these methods, and nothing else in the store changes.
"""

import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from loom_core.errors import StoreBusy, StoreError
from loom_core.store.compiled import SharedSql

__all__ = ["SqliteDatabase"]

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_RETRY_SECONDS = 0.02
_SQL = SharedSql()

_ADVICE = {
    sqlite3.SQLITE_FULL: "its disk is full; free some space, then go on",
    sqlite3.SQLITE_READONLY: "it is read-only; make the file and its directory writable, "
    "or set memory.database_path to another place",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that its directory exists and is writable, "
    "or set memory.database_path to another place",
    sqlite3.SQLITE_NOTADB: "it is not an SQLite database; move the file away, "
    "or set memory.database_path to another place",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore a backup, or move the file away to start anew",
    sqlite3.SQLITE_IOERR: "reading or writing it failed; check the disk and its free space",
    sqlite3.SQLITE_PERM: "access was denied; check who owns the file and its directory",
}
"""What to do, by the primary result code."""


class SqliteDatabase:
    """One database file in WAL mode: one writing connection, any number of reading ones."""

    setting = "memory.database_path"
    can_back_up = True

    def __init__(self, path: Path, *, busy_timeout_seconds: float) -> None:
        """Nothing is opened yet; the limit is how long to wait for another process's lock."""
        self.path = path
        self.name = str(path)
        self.busy_timeout_seconds = busy_timeout_seconds
        self.writing = self._engine("BEGIN IMMEDIATE")
        self.reading = self._engine("BEGIN")

    def prepare(self) -> None:
        """Make the file and its directory if need be, private to the user, and switch WAL on.

        Raises:
            StoreError: It cannot be opened or written; says why and what to do.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        except OSError as error:
            raise StoreError(
                f"the database {self.path} cannot be written ({error.strerror}); make its directory "
                "writable, or set memory.database_path to another place"
            ) from error
        try:
            self._switch_wal_on()
        except sqlite3.Error as error:
            raise self.explained(error) from error

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.writing.dispose()
        self.reading.dispose()

    def set_durability(self, connection: Connection, *, survives_power_cut: bool) -> None:
        """Choose, between transactions, whether the next commits wait for the disk."""
        level = "FULL" if survives_power_cut else "NORMAL"
        cursor = connection.connection.cursor()  # executing on the connection would begin one
        cursor.execute(f"PRAGMA synchronous = {level}")
        cursor.close()

    def foreign_commits(self, connection: Connection) -> object:
        """A value that stays equal as long as no other connection commits."""
        return connection.exec_driver_sql("PRAGMA data_version").scalar()

    def shared_time(self, connection: Connection) -> int | None:
        """None: whoever opens the file has the clock of the same machine."""
        return None

    def explained(self, error: DBAPIError | sqlite3.Error) -> StoreError:
        """The error to raise for one of the driver: what happened, to which file, what to do."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = _code(cause)
        if code in _BUSY:
            return StoreBusy(
                f"another process has held the database {self.path} for longer than "
                f"{self.busy_timeout_seconds:g} s; wait until it is done or end it, then try again"
            )
        advice = _ADVICE.get(code, "run `loom doctor` to have it checked")
        return StoreError(f"the database {self.path} failed ({cause}): {advice}")

    def _engine(self, begin: str) -> Engine:
        """An engine whose transactions start with the given statement."""
        is_writing = begin != "BEGIN"
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            poolclass=NullPool if is_writing else QueuePool,
            execution_options={"compiled_cache": _SQL},
            connect_args={
                "timeout": self.busy_timeout_seconds,
                "isolation_level": None,  # the driver must not begin transactions on its own
                "check_same_thread": False,
            },
        )

        def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
            """Choose what holds for the connection's life."""
            cursor = connection.cursor()
            cursor.execute("PRAGMA synchronous = NORMAL")
            if not is_writing:
                cursor.execute("PRAGMA query_only = ON")
            cursor.close()

        def start(connection: Connection) -> None:
            """Start a transaction; IMMEDIATE, since a later upgrade to writing fails at once."""
            connection.exec_driver_sql(begin)

        event.listen(engine, "connect", configure)
        event.listen(engine, "begin", start)
        return engine

    def _switch_wal_on(self) -> None:
        """Try until the limit, because this one statement does not wait for locks by itself."""
        deadline = time.monotonic() + self.busy_timeout_seconds
        while (mode := self._journal_mode(deadline)) is None:
            time.sleep(_RETRY_SECONDS)
        if mode != "wal":
            raise StoreError(
                f"the file system of {self.path} cannot hold a database in WAL mode; "
                "set memory.database_path to a local disk"
            )

    def _journal_mode(self, deadline: float) -> str | None:
        """Switch to WAL and give the mode then in force; None when it is worth trying again."""
        driver = sqlite3.connect(self.path, timeout=self.busy_timeout_seconds)
        try:
            return str(driver.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if _code(error) in _BUSY and time.monotonic() < deadline:
                return None
            raise
        finally:
            driver.close()


def _code(error: BaseException | None) -> int:
    """SQLite's primary result code of an error."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
