"""Does pieces of work in transactions: as many as are at hand in one, each by itself or not at all."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, Transaction, select
from sqlalchemy.exc import DBAPIError

from loom_core.errors import StoreError
from loom_core.events import Event
from loom_core.store.batch import Batch
from loom_core.store.clock import Clock, as_datetime, as_microseconds, system_clock
from loom_core.store.database import Database
from loom_core.store.loaded import LoadedRows
from loom_core.store.schema import journal
from loom_core.store.statements import Statements, statements_of
from loom_core.store.steady import SteadyClock, steady_clock
from loom_core.store.works import Work

__all__ = ["Answer", "Durability", "Result", "Transactor"]

Durability = Literal["process", "effects", "power"]
"""What survives a power cut: no more than a killed process does; records that guard effects; all."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one piece of work: a value, or the error that refused it."""

    value: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one transaction; its events are committed, in order."""

    answers: Sequence[Answer]
    events: Sequence[Event] = field(default_factory=list[Event])


@dataclass(slots=True)
class _Session:
    """A connection with what is known of the database through it."""

    connection: Connection
    rows: LoadedRows
    statements: Statements
    sequence: int = 0
    at: int = 0
    seen: object = None
    """Changes when another connection has committed."""
    is_durable: bool = False


class Transactor:
    """The one who writes. Owns its connection; use it from one thread at a time."""

    def __init__(
        self,
        database: Database,
        *,
        durability: Durability,
        clock: Clock | None,
        steady: SteadyClock = steady_clock,
    ) -> None:
        """Connect with the first work; without a clock, leases run by the one that users share."""
        self._database = database
        self._durability: Durability = durability
        self._clock = clock or system_clock
        self._has_own_clock = clock is not None
        self._steady = steady
        self._session: _Session | None = None

    def run(self, works: Sequence[Work[Any]]) -> Result:
        """Do all in one transaction and answer each; a refused one does not hurt its neighbours.

        Never raises: when the database fails, nothing is written and every answer says so. The
        connection is then made anew for the next call.
        """
        try:
            return self._transact(works)
        except DBAPIError as error:
            failure: Exception = self._database.explained(error)
        except StoreError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - a writer that dies leaves every caller waiting
            _LOG.exception("writing to %s failed", self._database.name)
            failure = error
        self.close()
        return Result([Answer(error=failure)] * len(works))

    def close(self) -> None:
        """Let go of the connection; what was not committed is gone."""
        if self._session is not None:
            self._session.connection.invalidate()
            self._session.connection.close()
            self._session = None

    def commit(self, transaction: Transaction) -> None:
        """Make a transaction permanent. The only place that does: crash tests wrap it."""
        transaction.commit()

    def _transact(self, works: Sequence[Work[Any]]) -> Result:
        """One transaction."""
        session = self._session = self._session or self._connected()
        self._set_durability(session, has_effect=any(work.has_effect for work in works))
        with session.connection.begin() as transaction:
            self._look(session)
            batch = self._batch(session)
            answers = [_done(work, batch) for work in works]
            batch.flush(session.connection, session.statements)
            self.commit(transaction)
        session.sequence += len(batch.events)
        session.rows.forget_if_many()
        return Result(answers, batch.events)

    def _connected(self) -> _Session:
        """A new connection."""
        connection = self._database.writing.connect()
        statements = statements_of(type(connection.dialect))
        return _Session(connection, LoadedRows(connection, statements), statements)

    def _set_durability(self, session: _Session, *, has_effect: bool) -> None:
        """Have the next commit wait for the disk if what it holds is to survive a power cut."""
        is_durable = self._durability == "power" or (self._durability == "effects" and has_effect)
        if is_durable is not session.is_durable:
            self._database.set_durability(session.connection, survives_power_cut=is_durable)
            session.is_durable = is_durable

    def _look(self, session: _Session) -> None:
        """Read the end of the stream again if another process may have written."""
        seen = self._database.foreign_commits(session.connection)
        if seen is not None and seen == session.seen:
            return
        session.seen = seen
        session.rows.forget()
        head = select(journal.c.sequence, journal.c.at).order_by(journal.c.sequence.desc()).limit(1)
        row = session.connection.execute(head).one_or_none()
        session.sequence, session.at = (row.sequence, row.at) if row else (0, 0)

    def _batch(self, session: _Session) -> Batch:
        """An empty batch; its time is not before that of the last event, whatever the clock says."""
        now = as_microseconds(self._clock())
        session.at = max(session.at, now)
        shared = None if self._has_own_clock else self._database.shared_time(session.connection)
        return Batch(
            session.rows,
            sequence=session.sequence,
            now=as_datetime(now if shared is None else shared),
            at=as_datetime(session.at),
            steady=self._steady(),
        )


def _done(work: Work[Any], batch: Batch) -> Answer:
    """Do one piece of work, or refuse it as a whole."""
    draft = batch.draft()
    try:
        value = work.do(draft)
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001 - the draft is dropped: neighbours are not concerned
        return Answer(error=error)
    batch.take(draft)
    return Answer(value)
