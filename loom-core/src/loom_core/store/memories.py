"""The archive of memory as its owner sees it: looked at, and deleted from, entry by entry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, select

from loom_core.errors import UnknownEntry
from loom_core.events import MemoryForgotten
from loom_core.store.decoding import as_memory
from loom_core.store.draft import Draft, Line
from loom_core.store.records import MemoryRecord
from loom_core.store.rooms import Doors
from loom_core.store.schema import memory_entries, tasks
from loom_core.store.works import known_task, refuse_if_held
from loom_core.types import MemoryKind

__all__ = ["Memories"]


class Memories:
    """Memory over all tasks; searching it by words is the store's own."""

    def __init__(self, doors: Doors) -> None:
        """Use the store's ways to read and to write."""
        self._doors = doors

    async def entry(self, entry_id: int) -> MemoryRecord:
        """One entry. Raises ``UnknownEntry``."""
        return await self._doors.read(_entry, entry_id)

    async def of_workspace(
        self, workspace: str, *, before_task: str, kinds: Sequence[MemoryKind], limit: int
    ) -> list[MemoryRecord]:
        """Entries of the tasks in a workspace but one, the newest first."""
        names = [kind.value for kind in kinds]
        return await self._doors.read(_of_workspace, workspace, before_task, names, limit)

    async def forget(self, entry_id: int, *, is_alive: Callable[[str], bool]) -> MemoryRecord:
        """Delete an entry for good, and give what it was; the task's journal says that it is gone.

        Raises:
            UnknownEntry: There is none.
            StoreBusy: Its task is being worked on.
        """
        return await self._doors.write(_Forget(entry_id, is_alive))


@dataclass(frozen=True, slots=True)
class _Forget:
    """Deletes an entry; its trigger takes it out of the search index."""

    entry_id: int
    is_alive: Callable[[str], bool]
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> MemoryRecord:
        """The entry as it was."""
        record = _entry(draft.connection, self.entry_id)
        task = known_task(draft, record.task_id)
        refuse_if_held(task, draft, self.is_alive)
        draft.connection.execute(delete(memory_entries).where(memory_entries.c.id == self.entry_id))
        body = MemoryForgotten(entry_id=record.id, kind=record.entry.kind)
        line = Line(body, body.model_dump_json(), record.entry.subtask_id)
        draft.record(record.task_id, [line], fence=task["fence"])
        return record


def _entry(connection: Connection, entry_id: int) -> MemoryRecord:
    """One entry."""
    query = select(memory_entries).where(memory_entries.c.id == entry_id)
    row: RowMapping | None = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownEntry(
            f"there is no memory entry {entry_id}; `loom memory list` shows the entries there are"
        )
    return as_memory(row)


def _of_workspace(
    connection: Connection, workspace: str, but: str, kinds: Sequence[str], limit: int
) -> list[MemoryRecord]:
    """Entries of other tasks in a workspace."""
    query = (
        select(memory_entries)
        .join(tasks, tasks.c.id == memory_entries.c.task_id)
        .where(tasks.c.workspace == workspace, tasks.c.id != but)
        .where(memory_entries.c.kind.in_(kinds))
        .order_by(memory_entries.c.id.desc())
        .limit(limit)
    )
    return [as_memory(row) for row in connection.execute(query).mappings()]
