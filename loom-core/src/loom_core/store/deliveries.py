"""The outbox as whoever delivers works with it: what is due, and how it went."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, RowMapping, select, update

from loom_core.store.clock import as_datetime, as_microseconds
from loom_core.store.draft import Draft
from loom_core.store.outbox import WAITS
from loom_core.store.records import Delivery
from loom_core.store.rooms import Doors
from loom_core.store.schema import webhooks

__all__ = ["Deliveries"]


class Deliveries:
    """Messages for somebody outside; whoever takes one may die, then it is due again."""

    def __init__(self, doors: Doors) -> None:
        """Use the store's ways to read and to write."""
        self._doors = doors

    async def take_due(self, *, limit: int, for_seconds: float) -> list[Delivery]:
        """Messages that are due now, the oldest first; nobody else takes them for so long."""
        return await self._doors.write(_TakeDue(limit, for_seconds))

    async def arrived(self, delivery: Delivery, *, status: int) -> None:
        """Note that a message was taken with this status of HTTP."""
        await self._doors.write(_Settle(delivery, "arrived", status, ""))

    async def failed(
        self, delivery: Delivery, *, status: int | None, problem: str, again_in: float | None
    ) -> None:
        """Note that an attempt failed, and when to try again in seconds; None gives up."""
        state = "given_up" if again_in is None else WAITS
        await self._doors.write(_Settle(delivery, state, status, problem, again_in or 0.0))

    async def of_task(self, task_id: str) -> list[Delivery]:
        """The messages about a task, the oldest first."""
        return await self._doors.read(_of_task, task_id)

    async def again(self, task_id: str, sequence: int | None = None) -> int:
        """Have messages about a task delivered anew, one or all; gives how many."""
        return await self._doors.write(_Again(task_id, sequence))


@dataclass(frozen=True, slots=True)
class _TakeDue:
    limit: int
    for_seconds: float
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> list[Delivery]:
        now = as_microseconds(draft.now)
        is_due = (webhooks.c.state == WAITS) & (webhooks.c.due_at <= now)
        due = select(webhooks).where(is_due).order_by(webhooks.c.due_at)
        rows = (
            draft.connection.execute(
                due.limit(self.limit).with_for_update(
                    skip_locked=True
                )  # another server takes others
            )
            .mappings()
            .all()
        )
        until = as_microseconds(draft.now + timedelta(seconds=self.for_seconds))
        taken = webhooks.c.sequence.in_([row["sequence"] for row in rows])
        draft.connection.execute(update(webhooks).where(taken).values(due_at=until))
        return [_delivery(row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Settle:
    delivery: Delivery
    state: str
    status: int | None
    problem: str
    again_in: float = 0.0
    has_effect: bool = True
    order: None = None

    def do(self, draft: Draft) -> None:
        now = as_microseconds(draft.now)
        values = {
            "state": self.state,
            "attempts": self.delivery.attempts + 1,
            "status": self.status,
            "problem": self.problem,
            "due_at": as_microseconds(draft.now + timedelta(seconds=self.again_in)),
            "settled_at": None if self.state == WAITS else now,
        }
        own = webhooks.c.sequence == self.delivery.sequence
        draft.connection.execute(update(webhooks).where(own).values(values))


@dataclass(frozen=True, slots=True)
class _Again:
    task_id: str
    sequence: int | None
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> int:
        own = webhooks.c.task_id == self.task_id
        if self.sequence is not None:
            own &= webhooks.c.sequence == self.sequence
        anew = {"state": WAITS, "attempts": 0, "problem": "", "status": None, "settled_at": None}
        now = as_microseconds(draft.now)
        return draft.connection.execute(
            update(webhooks).where(own).values(**anew, due_at=now)
        ).rowcount


def _of_task(connection: Connection, task_id: str) -> list[Delivery]:
    own = select(webhooks).where(webhooks.c.task_id == task_id).order_by(webhooks.c.sequence)
    return [_delivery(row) for row in connection.execute(own).mappings()]


def _delivery(row: RowMapping) -> Delivery:
    """The record of a row."""
    settled_at = row["settled_at"]
    return Delivery(
        sequence=row["sequence"],
        task_id=row["task_id"],
        url=row["url"],
        type=row["type"],
        state=row["state"],
        attempts=row["attempts"],
        due_at=as_datetime(row["due_at"]),
        status=row["status"],
        problem=row["problem"],
        settled_at=None if settled_at is None else as_datetime(settled_at),
    )
