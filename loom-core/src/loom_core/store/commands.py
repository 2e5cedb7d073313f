"""Commands: rows by which any process acts on a task, and the engine that holds it takes them."""

from dataclasses import dataclass
from json import loads

from sqlalchemy import Connection, RowMapping, exists, insert, select, update

from loom_core.store.clock import as_datetime, as_microseconds
from loom_core.store.draft import Draft
from loom_core.store.records import Command
from loom_core.store.schema import commands
from loom_core.store.works import open_task, owned_task

__all__ = ["PutCommand", "TakeCommands", "has_commands"]


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
class TakeCommands:
    """Takes the commands that nobody has taken; each is given out once."""

    task_id: str
    fence: int
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> list[Command]:
        """The commands, oldest first."""
        owned_task(draft, self.task_id, self.fence)
        taken = (
            update(commands)
            .where(commands.c.task_id == self.task_id, commands.c.taken_at.is_(None))
            .values(taken_at=as_microseconds(draft.now))
            .returning(*commands.c)
        )
        rows = draft.connection.execute(taken).mappings().all()
        return sorted(map(_command, rows), key=lambda command: command.id)


def has_commands(connection: Connection, task_id: str) -> bool:
    """Whether a task has commands that nobody has taken."""
    waiting = exists().where(commands.c.task_id == task_id, commands.c.taken_at.is_(None))
    return bool(connection.execute(select(waiting)).scalar())


def _command(row: RowMapping) -> Command:
    """The record of a row."""
    return Command(
        id=row["id"],
        task_id=row["task_id"],
        kind=row["kind"],
        payload=loads(row["payload"]),
        created_at=as_datetime(row["created_at"]),
    )
