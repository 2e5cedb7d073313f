"""Commands: rows by which any process acts on a task, and the engine that holds it obeys them."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import loads

from sqlalchemy import Connection, RowMapping, insert, select

from loom_core.store.clock import as_datetime, as_microseconds
from loom_core.store.draft import Draft
from loom_core.store.records import Command
from loom_core.store.schema import commands
from loom_core.store.works import open_task, owned_task, settle

__all__ = ["PutCommand", "SettleCommands", "read_commands"]


@dataclass(frozen=True, slots=True)
class PutCommand:
    """Leaves a command for whoever works on a task."""

    task_id: str
    kind: str
    payload: str
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> int:
        """The command's id."""
        open_task(draft, self.task_id)
        row = insert(commands).values(
            task_id=self.task_id,
            kind=self.kind,
            payload=self.payload,
            created_at=as_microseconds(draft.now),
        )
        return draft.connection.execute(row.returning(commands.c.id)).scalar_one()


@dataclass(frozen=True, slots=True)
class SettleCommands:
    """Marks commands that need nothing more."""

    task_id: str
    command_ids: Sequence[int]
    fence: int
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> None:
        """Mark them."""
        owned_task(draft, self.task_id, self.fence)
        settle(draft, self.task_id, self.command_ids)


def read_commands(connection: Connection, task_id: str) -> list[Command]:
    """The commands that nobody has settled, oldest first."""
    waiting = (
        select(commands)
        .where(commands.c.task_id == task_id, commands.c.taken_at.is_(None))
        .order_by(commands.c.id)
    )
    return [_command(row) for row in connection.execute(waiting).mappings()]


def _command(row: RowMapping) -> Command:
    """The record of a row."""
    return Command(
        id=row["id"],
        task_id=row["task_id"],
        kind=row["kind"],
        payload=loads(row["payload"]),
        created_at=as_datetime(row["created_at"]),
    )
