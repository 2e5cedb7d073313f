"""The journal of all tasks together, for who watches them side by side."""

from sqlalchemy import Connection, func, select

from loom_core.store.records import News
from loom_core.store.rooms import Doors
from loom_core.store.schema import journal

__all__ = ["WholeStream"]


class WholeStream:
    """What happens in any task, whoever writes it."""

    def __init__(self, doors: Doors) -> None:
        """Read through these doors."""
        self._doors = doors

    async def newest_sequence(self) -> int:
        """Sequence of the newest event of all; 0 when there is none."""
        return await self._doors.read(_read_newest)

    async def news(self, after: int) -> News:
        """The tasks with events after a sequence."""
        return await self._doors.read(_read_news, after)


def _read_newest(connection: Connection) -> int:
    return connection.execute(select(func.max(journal.c.sequence))).scalar() or 0


def _read_news(connection: Connection, after: int) -> News:
    newest = func.max(journal.c.sequence)
    query = select(journal.c.task_id, newest).where(journal.c.sequence > after)
    found = connection.execute(query.group_by(journal.c.task_id).order_by(newest.desc())).all()
    return News(found[0][1] if found else after, tuple(row[0] for row in found))
