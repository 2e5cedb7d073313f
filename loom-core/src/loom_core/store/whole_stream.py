"""The journal of all tasks together, and what is picked out of it."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from loom_core.events import Event, EventBody
from loom_core.store.decoding import as_event
from loom_core.store.records import News
from loom_core.store.rooms import Doors
from loom_core.store.schema import journal

__all__ = ["WholeStream"]


class WholeStream:
    """What happens in the tasks, whoever writes it."""

    def __init__(self, doors: Doors) -> None:
        """Read through these doors."""
        self._doors = doors

    async def newest_sequence(self) -> int:
        """Sequence of the newest event of all; 0 when there is none."""
        return await self._doors.read(_read_newest)

    async def news(self, after: int) -> News:
        """The tasks with events after a sequence."""
        return await self._doors.read(_read_news, after)

    async def of_types(self, task_id: str, *kinds: type[EventBody]) -> list[Event]:
        """The events of some types of a task, in order; the others are not read."""
        return await self._doors.read(_read_of_types, task_id, kinds)


def _read_newest(connection: Connection) -> int:
    return connection.execute(select(func.max(journal.c.sequence))).scalar() or 0


def _read_of_types(
    connection: Connection, task_id: str, kinds: Sequence[type[EventBody]]
) -> list[Event]:
    is_meant = journal.c.type.in_([kind.__name__ for kind in kinds])
    query = select(journal).where(journal.c.task_id == task_id, is_meant)
    found = connection.execute(query.order_by(journal.c.sequence)).mappings()
    return [as_event(row) for row in found]


def _read_news(connection: Connection, after: int) -> News:
    newest = func.max(journal.c.sequence)
    query = select(journal.c.task_id, newest).where(journal.c.sequence > after)
    found = connection.execute(query.group_by(journal.c.task_id).order_by(newest.desc())).all()
    return News(found[0][1] if found else after, tuple(row[0] for row in found))
