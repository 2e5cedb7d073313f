"""The store: one journal, the state derived from it, and the rows by which processes talk."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from json import dumps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from pydantic import JsonValue
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from loom_core.events import Event, TaskClaimed, TaskCreated
from loom_core.store import reads
from loom_core.store.address import database_at
from loom_core.store.clean_text import refuse_half_characters
from loom_core.store.clock import Clock
from loom_core.store.commands import PutCommand, SettleCommands, read_commands
from loom_core.store.contents import read_needed_contents
from loom_core.store.database import Database
from loom_core.store.decoding import as_memory
from loom_core.store.deliveries import Deliveries
from loom_core.store.entry import Entry, line_of
from loom_core.store.memories import Memories
from loom_core.store.migrate import bring_up_to_date
from loom_core.store.patterns import Patterns
from loom_core.store.records import (
    ApprovalRecord,
    ChangeRecord,
    Command,
    MemoryRecord,
    NeededContents,
    SubtaskRecord,
    TaskRecord,
)
from loom_core.store.rooms import Doors
from loom_core.store.search import find_entries
from loom_core.store.steady import SteadyClock, steady_clock
from loom_core.store.transactor import Durability, Transactor
from loom_core.store.whole_stream import WholeStream
from loom_core.store.works import (
    AppendEvents,
    AppendUnclaimed,
    ClaimTask,
    CreateTask,
    ReleaseTask,
    RenewLease,
)
from loom_core.store.writer import Observer, Writer
from loom_core.types import MemoryKind, Task, TaskKind, TaskState

__all__ = ["Entry", "Store"]

P = ParamSpec("P")
T = TypeVar("T")


def _always(_owner: str) -> bool:
    """Take every owner for alive: only the lease tells."""
    return True


class Store:
    """Tasks, their journal, and what follows from it. Belongs to the event loop that first writes.

    Every method that writes returns when its transaction is committed. One that is cancelled while it
    waits may still commit. Every method raises ``StoreError`` when the database fails: then nothing
    of it was written, and the next call may succeed.
    """

    def __init__(self, database: Database, writer: Writer) -> None:
        """Use ``open`` instead."""
        self._database = database
        self._writer = writer
        doors = Doors(self._read, writer.submit)
        self.memories = Memories(doors)
        """The archive of memory, entry by entry."""
        self.patterns = Patterns(doors)
        """Lessons of finished tasks."""
        self.stream = WholeStream(doors)
        """The journal of all tasks together."""
        self.deliveries = Deliveries(doors)
        """The outbox of webhooks."""

    @classmethod
    def open(
        cls,
        url_or_path: str | Path,
        *,
        durability: Durability = "effects",
        busy_timeout_seconds: float = 5.0,
        clock: Clock | None = None,
        steady: SteadyClock = steady_clock,
    ) -> "Store":
        """Open the database, creating or migrating it where needed.

        Args:
            url_or_path: Path of an SQLite file, or an SQLAlchemy URL of SQLite or PostgreSQL.
            durability: What survives a power cut; a killed process loses nothing in any case.
            busy_timeout_seconds: How long to wait for another process's lock.
            clock: Gives the time now; None is the system's, and for leases the database's own.
            steady: Gives the moment by which leases run.

        Raises:
            StoreError: It cannot be opened; says why and what to do.
        """
        database = database_at(url_or_path, busy_timeout_seconds=busy_timeout_seconds)
        try:
            database.prepare()
            bring_up_to_date(database)
        except BaseException:
            database.close()
            raise
        transactor = Transactor(database, durability=durability, clock=clock, steady=steady)
        return cls(database, Writer(transactor))

    async def close(self) -> None:
        """Commit what is queued and let go of the database. Closing twice is allowed."""
        await self._writer.close()
        self._database.close()

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Show an observer every event that this store writes from now on; the result ends it.

        Called on the event loop after the commit, in the order of the stream, before ``append``
        returns to its caller. What it raises is logged and goes no further.
        """
        return self._writer.subscribe(observer)

    async def create_task(
        self,
        task: Task,
        *,
        idempotency_key: str = "",
        is_hosted: bool = False,
        metadata: Mapping[str, str] | None = None,
        callback_url: str = "",
    ) -> str:
        """Accept a task and give its id; with a key that made one before, the id of that one.

        A server runs a hosted one without being asked again, and tells ``callback_url`` of its end.

        Raises ``StoreError`` when there is another task with that id.
        """
        refuse_half_characters(task.id)
        body = TaskCreated(
            goal=task.goal,
            workspace=task.workspace,
            context=task.context,
            approval_mode=task.approval_mode,
            kind=task.kind,
            idempotency_key=idempotency_key,
            is_hosted=is_hosted,
            metadata=dict(metadata or {}),
            callback_url=callback_url,
        )
        return await self._writer.submit(CreateTask(task.id, line_of(Entry(body)), idempotency_key))

    async def claim(
        self,
        task_id: str,
        *,
        owner: str,
        lease_seconds: float,
        is_resumed: bool = False,
        is_alive: Callable[[str], bool] = _always,
    ) -> int:
        """Take a task for this owner and give the fence that every later write carries.

        Args:
            task_id: Exactly.
            owner: A name that no other claimant has.
            lease_seconds: How long the claim holds without being renewed.
            is_resumed: Whether it was worked on before, for those who watch.
            is_alive: Whether the owner of a lease that runs may still be there; a dead one's task
                is taken over at once.

        Raises:
            UnknownTask: No task has exactly that id.
            TaskIsOver: It has ended.
            StoreBusy: Another owner's lease has not run out; says who and until when.
        """
        line = line_of(Entry(TaskClaimed(owner=owner, is_resumed=is_resumed)))
        return await self._writer.submit(ClaimTask(task_id, line, owner, lease_seconds, is_alive))

    async def renew(self, task_id: str, *, fence: int, lease_seconds: float) -> None:
        """Hold a claimed task for so long from now on. Raises ``StaleFence``."""
        await self._writer.submit(RenewLease(task_id, fence, lease_seconds))

    async def release(self, task_id: str, *, fence: int) -> None:
        """Give a claimed task back. Nothing is accepted under its fence afterwards."""
        await self._writer.submit(ReleaseTask(task_id, fence))

    async def append(
        self,
        task_id: str,
        entries: Sequence[Entry],
        *,
        fence: int,
        settles: Sequence[int] = (),
    ) -> list[Event]:
        """Put events into the journal, all or none, and derive state from them.

        Args:
            task_id: Exactly.
            entries: The events.
            fence: Of the claim.
            settles: Ids of the commands that are obeyed by it, in the same transaction.

        Raises:
            StaleFence: The task was claimed again or released since.
            TaskIsOver: The task has ended, and an event would change its or a subtask's state.
            SubtaskIsOver: An event would change a completed or skipped subtask.
            StoreError: The database failed, or an event names a subtask that no plan has.
        """
        return await self.submit(task_id, entries, fence=fence, is_urgent=True, settles=settles)

    def submit(
        self,
        task_id: str,
        entries: Sequence[Entry],
        *,
        fence: int,
        is_urgent: bool = False,
        settles: Sequence[int] = (),
    ) -> asyncio.Future[list[Event]]:
        """``append`` without waiting: the future has the committed events.

        What is not urgent is written within some twenty milliseconds, or with the next that is.

        What is submitted for one attempt succeeds in order: waiting for the last is enough, because
        it fails if one before it failed.
        """
        lines = [line_of(entry) for entry in entries]
        has_effect = any(entry.body.has_effect for entry in entries)
        work = AppendEvents(task_id, lines, fence, has_effect, settles)
        return self._writer.submit(work, is_urgent=is_urgent)

    def hurry(self) -> None:
        """Have what was submitted written at once, as somebody waits for it."""
        self._writer.hurry()

    async def append_unclaimed(
        self,
        task_id: str,
        entries: Sequence[Entry],
        *,
        is_alive: Callable[[str], bool] = _always,
    ) -> list[Event]:
        """Put events into the journal of a task that nobody works on; it may have ended.

        Raises:
            UnknownTask: No task has exactly that id.
            StoreBusy: An owner that may be alive holds it.
            StoreError: As for ``append``.
        """
        lines = [line_of(entry) for entry in entries]
        return await self._writer.submit(AppendUnclaimed(task_id, lines, is_alive))

    async def request(self, task_id: str, kind: str, payload: dict[str, JsonValue]) -> int:
        """Leave a command for whoever works on a task, and give the command's id.

        Raises:
            UnknownTask: No task has exactly that id.
            TaskIsOver: It has ended.
        """
        refuse_half_characters(kind)
        return await self._writer.submit(PutCommand(task_id, kind, dumps(payload)))

    async def commands(self, task_id: str) -> list[Command]:
        """The commands that nobody has settled, oldest first."""
        return await self._read(read_commands, task_id)

    async def settle(self, task_id: str, command_ids: Sequence[int], *, fence: int) -> None:
        """Mark commands that need nothing more. Raises ``StaleFence``."""
        await self._writer.submit(SettleCommands(task_id, command_ids, fence))

    async def task(self, task_id: str) -> TaskRecord:
        """The task with that id, or the only one whose id begins so. Raises ``UnknownTask``."""
        return await self._read(reads.read_task, task_id)

    async def tasks(
        self,
        *,
        state: TaskState | Sequence[TaskState] | None = None,
        kind: TaskKind | None = None,
        limit: int = 50,
        offset: int = 0,
        is_oldest_first: bool = False,
    ) -> list[TaskRecord]:
        """Tasks in that state, or one of those, and of that kind, or all, the newest first."""
        return await self._read(
            reads.read_tasks, _states(state), kind, limit, offset, is_oldest_first=is_oldest_first
        )

    async def count_tasks(
        self,
        *,
        state: TaskState | Sequence[TaskState] | None = None,
        kind: TaskKind | None = None,
    ) -> int:
        """How many tasks are in that state, or one of those, and of that kind, or at all."""
        return await self._read(reads.count_tasks, _states(state), kind)

    async def newest_sequence(self, task_id: str) -> int:
        """Sequence of the newest event of a task; 0 when there is no such task."""
        return await self._read(reads.read_newest_sequence, task_id)

    async def resumable_tasks(self) -> list[TaskRecord]:
        """Tasks that can go on without anybody's word, oldest first: new, or interrupted."""
        return await self._read(reads.read_resumable_tasks)

    async def subtasks(self, task_id: str) -> list[SubtaskRecord]:
        """The subtasks of a task in the order of its plan."""
        return await self._read(reads.read_subtasks, task_id)

    async def events(
        self,
        task_id: str,
        *,
        after: int = 0,
        limit: int | None = None,
        subtask_id: str | None = None,
        attempt: int | None = None,
    ) -> list[Event]:
        """Events of a task in order, whoever wrote them.

        Args:
            task_id: Exactly.
            after: Only those with a larger sequence.
            limit: At most so many; None is all.
            subtask_id: Only those of this subtask; empty text is those of none, None is all.
            attempt: Only those of this attempt; None is all.
        """
        return await self._read(
            reads.read_events,
            task_id,
            after=after,
            limit=limit,
            subtask_id=subtask_id,
            attempt=attempt,
        )

    async def changes(self, task_id: str, *, with_undone: bool = False) -> list[ChangeRecord]:
        """The file changes of a task in the order in which they were made.

        Args:
            task_id: Exactly.
            with_undone: Also those that an undo took back, which are in force no more.
        """
        return await self._read(reads.read_changes, task_id, with_undone=with_undone)

    async def needed_contents(self) -> list[NeededContents]:
        """For every task, the kept contents that undoing it takes, the newest last."""
        return await self._read(read_needed_contents)

    async def approvals(self, task_id: str) -> list[ApprovalRecord]:
        """The approvals of a task, the oldest first."""
        return await self._read(reads.read_approvals, task_id)

    async def search_memory(
        self,
        text: str,
        *,
        task_id: str | None = None,
        kinds: Sequence[MemoryKind] = (),
        limit: int = 10,
    ) -> list[MemoryRecord]:
        """Memory that any word of a text is in, best first; the newest when the text is empty."""
        names = [kind.value for kind in kinds]
        return await self._read(_find_memory, text, task_id=task_id, kinds=names, limit=limit)

    async def _read(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query on a reading connection in another thread."""

        def run() -> T:
            with self._database.reading.begin() as connection:
                return query(connection, *args, **kwargs)

        try:
            return await asyncio.to_thread(run)
        except DBAPIError as error:
            raise self._database.explained(error) from error


def _states(state: TaskState | Sequence[TaskState] | None) -> Sequence[TaskState]:
    """The states that count; none is all."""
    if state is None:
        return ()
    return (state,) if isinstance(state, TaskState) else state


def _find_memory(
    connection: Connection, text: str, *, task_id: str | None, kinds: Sequence[str], limit: int
) -> list[MemoryRecord]:
    """The records of the entries that a search finds."""
    rows = find_entries(connection, text, task_id=task_id, kinds=kinds, limit=limit)
    return [as_memory(row) for row in rows]
