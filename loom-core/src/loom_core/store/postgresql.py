"""Everything that is particular to PostgreSQL: connections, locks, durability, error codes.

One advisory lock orders the writers of all processes, so that the order of the journal is the order of
its commits, and whoever reads after a sequence misses nothing. Readers never wait for it.
"""

from sqlalchemy import URL, Connection, Engine, NullPool, QueuePool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from loom_core.errors import StoreBusy, StoreError

__all__ = ["PostgresqlDatabase"]

_WRITERS_LOCK = 0x6C6F6F6D
"""The key of the advisory lock."""
_CONNECT_SECONDS = 10
_MAX_IDLE_SECONDS = 20
"""A writer that stops in the middle of a transaction loses it after that, and the lock with it."""

_BUSY = {
    "55P03": "its lock was not to be had",
    "40001": "its lock was not to be had",
    "40P01": "its lock was not to be had",
    "53300": "it has no connection left",
    "57P03": "it is starting or stopping",
}
_ADVICE = {
    "53100": "its disk is full; free some space, then go on",
    "25006": "it is read-only, as a standby is; name the primary server in memory.database_url",
    "42501": "its user may not do that; grant it CREATE on the schema and the database",
    "57P01": "the server was stopped; start it, then go on",
    "25P03": "this process stood still in the middle of writing; try again",
}
"""What to do, by SQLSTATE."""
_UNREACHABLE = (
    "it cannot be reached; check that the server runs, that it has the database (createdb makes it), "
    "and what memory.database_url says of user and password"
)
"""For whoever gets no connection, which has no SQLSTATE."""


class PostgresqlDatabase:
    """One database of a server, through psycopg."""

    setting = "memory.database_url"
    can_back_up = False

    def __init__(self, url: URL, *, busy_timeout_seconds: float) -> None:
        """Nothing is connected yet; the limit is how long to wait for another process's lock.

        Raises:
            StoreError: psycopg is not installed.
        """
        self.name = url.render_as_string(hide_password=True)
        self.busy_timeout_seconds = busy_timeout_seconds
        self._url = url.set(drivername="postgresql+psycopg")
        self._waits_for_disk = False
        try:
            self.writing = self._writing_engine()
            self.reading = self._reading_engine()
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{self.name} needs the driver psycopg, which is not installed here; install it: "
                "pip install 'psycopg[binary]>=3.2,<4'"
            ) from error

    def prepare(self) -> None:
        """Nothing: the server has made the database, or says that there is none."""

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.writing.dispose()
        self.reading.dispose()

    def set_durability(self, connection: Connection, *, survives_power_cut: bool) -> None:
        """Choose whether the next commits wait for the disk."""
        self._waits_for_disk = survives_power_cut

    def foreign_commits(self, connection: Connection) -> object:
        """None: whoever writes looks again each time."""
        return None

    def shared_time(self, connection: Connection) -> int | None:
        """The server's time: those of its users may differ."""
        now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
        return connection.exec_driver_sql(now).scalar_one()

    def explained(self, error: DBAPIError) -> StoreError:
        """The error to raise for one of the driver: what happened, to which database, what to do."""
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if state in _BUSY:
            return StoreBusy(
                f"{_BUSY[state]} within {self.busy_timeout_seconds:g} s at the database {self.name}; "
                "wait until others are done, then try again"
            )
        said = str(error.orig).strip().partition("\n")[0]
        default = "look into the server's log" if state else _UNREACHABLE
        return StoreError(
            f"the database {self.name} failed ({said}): {_ADVICE.get(state, default)}"
        )

    def _writing_engine(self) -> Engine:
        """Connections whose transactions begin with the lock."""
        engine = self._engine(NullPool, isolation_level="READ COMMITTED")

        def start(connection: Connection) -> None:
            """Take the lock, and choose what the commit waits for."""
            connection.exec_driver_sql(
                "SELECT pg_advisory_xact_lock(%s), set_config('synchronous_commit', %s, true)",
                (_WRITERS_LOCK, "on" if self._waits_for_disk else "off"),
            )

        event.listen(engine, "begin", start)
        self._configure(
            engine,
            f"SET lock_timeout = {round(self.busy_timeout_seconds * 1000)}",
            f"SET idle_in_transaction_session_timeout = '{_MAX_IDLE_SECONDS}s'",
        )
        return engine

    def _reading_engine(self) -> Engine:
        """Connections that cannot write; each transaction sees one state."""
        engine = self._engine(QueuePool, isolation_level="REPEATABLE READ", pool_pre_ping=True)
        self._configure(engine, "SET default_transaction_read_only = on")
        return engine

    def _engine(
        self,
        pool: type[NullPool | QueuePool],
        *,
        isolation_level: str,
        pool_pre_ping: bool = False,
    ) -> Engine:
        """An engine for the database."""
        return create_engine(
            self._url,
            poolclass=pool,
            isolation_level=isolation_level,
            pool_pre_ping=pool_pre_ping,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "loom"},
        )

    def _configure(self, engine: Engine, *statements: str) -> None:
        """Have every new connection begin with these."""

        def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            cursor.close()
            connection.commit()

        event.listen(engine, "connect", configure)
