"""What the writer can be asked to do with a task; each is checked and done inside a transaction."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from sqlalchemy import update

from loom_core.errors import StaleFence, StoreBusy, TaskIsOver, UnknownTask
from loom_core.events import Event
from loom_core.store.clean_text import as_unicode
from loom_core.store.clock import as_datetime, as_microseconds
from loom_core.store.draft import Draft, Line
from loom_core.store.rows import TaskRow, Value, Write
from loom_core.store.schema import commands
from loom_core.store.transitions import FINAL_STATES

__all__ = [
    "AppendEvents",
    "AppendUnclaimed",
    "ClaimTask",
    "CreateTask",
    "ReleaseTask",
    "RenewLease",
    "Work",
]

Answer_co = TypeVar("Answer_co", covariant=True)


class Work(Protocol[Answer_co]):
    """One thing to do. It either happens as a whole or raises and leaves nothing behind."""

    @property
    def order(self) -> Hashable:
        """Work of the same order must succeed in order; None has to wait for nothing."""
        ...

    @property
    def has_effect(self) -> bool:
        """Whether it guards an effect in the world, so that it should survive a power cut."""
        ...

    def do(self, draft: Draft) -> Answer_co:
        """Check, then add what is to be written. Raises ``LoomError`` to refuse."""
        ...


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Puts a task's first event into the journal, unless its key made one already."""

    task_id: str
    line: Line
    idempotency_key: str = ""
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> str:
        """The id of the task, which is another one's if the key was used before."""
        if self.idempotency_key:
            known = draft.task_with_key(self.idempotency_key)
            if known is not None:
                return known
        draft.record(self.task_id, [self.line], fence=0)
        return self.task_id


@dataclass(frozen=True, slots=True)
class AppendEvents:
    """Puts events into the journal under a claim."""

    task_id: str
    lines: Sequence[Line]
    fence: int
    has_effect: bool
    settles: Sequence[int] = ()
    """Commands that are obeyed by it, so that a crash loses none and repeats none."""

    @property
    def order(self) -> Hashable:
        """One attempt's events are a chain; attempts of different subtasks do not hang together."""
        first = self.lines[0] if self.lines else None
        return (self.task_id, self.fence, first.subtask_id, first.attempt) if first else None

    def do(self, draft: Draft) -> list[Event]:
        """The events, in order."""
        owned_task(draft, self.task_id, self.fence)
        recorded = list(draft.record(self.task_id, self.lines, fence=self.fence))
        if self.settles:
            settle(draft, self.task_id, self.settles)
        return recorded


@dataclass(frozen=True, slots=True)
class AppendUnclaimed:
    """Puts events into the journal of a task that no engine holds, such as those of an undo."""

    task_id: str
    lines: Sequence[Line]
    is_alive: Callable[[str], bool]
    has_effect: bool = True
    order: None = None

    def do(self, draft: Draft) -> list[Event]:
        """The events, in order, under the fence of the last claim."""
        task = known_task(draft, self.task_id)
        refuse_if_held(task, draft, self.is_alive)
        return list(draft.record(self.task_id, self.lines, fence=task["fence"]))


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """Takes a task that nobody else holds."""

    task_id: str
    line: Line
    owner: str
    lease_seconds: float
    is_alive: Callable[[str], bool]
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> int:
        """The new fence."""
        task = open_task(draft, self.task_id)
        if task["owner"] != self.owner:
            refuse_if_held(task, draft, self.is_alive)
        fence = task["fence"] + 1
        draft.record(self.task_id, [self.line], fence=fence)
        draft.write(lease(draft, self.task_id, self.lease_seconds))
        return fence


@dataclass(frozen=True, slots=True)
class RenewLease:
    """Keeps a claimed task for longer."""

    task_id: str
    fence: int
    lease_seconds: float
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> None:
        """Move the end of the lease."""
        owned_task(draft, self.task_id, self.fence)
        draft.write(lease(draft, self.task_id, self.lease_seconds))


@dataclass(frozen=True, slots=True)
class ReleaseTask:
    """Gives a claimed task back; nothing is accepted under its fence any more."""

    task_id: str
    fence: int
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> None:
        """Forget the owner."""
        owned_task(draft, self.task_id, self.fence)
        draft.write(Write("tasks", (self.task_id,), {"owner": "", "lease_until": None}))


def settle(draft: Draft, task_id: str, command_ids: Sequence[int]) -> None:
    """Mark commands as obeyed, or as nothing to obey any more."""
    settled = (
        update(commands)
        .where(commands.c.task_id == task_id, commands.c.id.in_(command_ids))
        .values(taken_at=as_microseconds(draft.now))
    )
    draft.connection.execute(settled)


def lease(draft: Draft, task_id: str, seconds: float) -> Write:
    """The write that makes a lease run from now."""
    until = as_microseconds(draft.now + timedelta(seconds=seconds))
    columns: dict[str, Value] = {
        "lease_until": until,
        "lease_boot": draft.steady.boot,
        "lease_ticks": draft.steady.microseconds + round(seconds * 1_000_000),
    }
    return Write("tasks", (task_id,), columns)


def has_run_out(task: TaskRow, draft: Draft) -> bool:
    """Whether a lease is over: by the clock of the machine's start if it runs here, else by the time.

    The time of day may have jumped since the lease began; the other clock cannot.
    """
    ticks, until = task["lease_ticks"], task["lease_until"]
    if ticks is not None and task["lease_boot"] and task["lease_boot"] == draft.steady.boot:
        return ticks <= draft.steady.microseconds
    return until is None or until <= as_microseconds(draft.now)


def refuse_if_held(task: TaskRow, draft: Draft, is_alive: Callable[[str], bool]) -> None:
    """Raise when a lease has not run out and its owner may still live."""
    until = task["lease_until"]
    if not task["owner"] or until is None or has_run_out(task, draft):
        return
    if is_alive(task["owner"]):
        raise StoreBusy(
            f"task {task['id']} is being worked on by {task['owner']}, which holds it until "
            f"{as_datetime(until):%Y-%m-%d %H:%M:%S} UTC unless it goes on; "
            "wait for it, or stop that process and try again after that time"
        )


def known_task(draft: Draft, task_id: str) -> TaskRow:
    """The task; raises ``UnknownTask``."""
    task = draft.task(as_unicode(task_id))
    if task is None:
        raise UnknownTask(f"there is no task {task_id!r}; `loom list` shows the tasks there are")
    return task


def open_task(draft: Draft, task_id: str) -> TaskRow:
    """The task if it has not ended; raises ``UnknownTask`` or ``TaskIsOver``."""
    task = known_task(draft, task_id)
    if task["state"] in FINAL_STATES:
        raise TaskIsOver(
            f"task {task_id} is already {task['state']}, which never changes; start a new task instead"
        )
    return task


def owned_task(draft: Draft, task_id: str, fence: int) -> TaskRow:
    """The task if the fence is that of its present claim; raises ``StaleFence``."""
    task = known_task(draft, task_id)
    if task["fence"] != fence or not task["owner"]:
        holder = f"now held by {task['owner']}" if task["owner"] else "held by nobody"
        raise StaleFence(
            f"task {task_id} was claimed {task['fence']} times and is {holder}; what claim {fence} "
            "wrote was not accepted: claim the task again to go on with it"
        )
    return task
