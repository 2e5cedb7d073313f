"""Lessons of finished tasks: kept with where they came from, found, judged and forgotten."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from loom_core.events import Event
from loom_core.store.decoding import as_event
from loom_core.store.pattern_reads import (
    read_pattern,
    read_pattern_tasks,
    read_patterns,
    read_uses,
)
from loom_core.store.pattern_writes import ForgetPatterns, KeepStudy, SetStates, Study, Teach
from loom_core.store.records import PatternRecord, PatternTask, PatternUses
from loom_core.store.rooms import Doors
from loom_core.store.schema import journal, studied_tasks, tasks
from loom_core.store.transitions import FINAL_STATES
from loom_core.types import Pattern, PatternKind, PatternState

__all__ = ["PatternUses", "Patterns", "Study"]

_CANCELLED = "cancelled"


class Patterns:
    """The lessons of all workspaces."""

    def __init__(self, doors: Doors) -> None:
        """Use the store's ways to read and to write."""
        self._doors = doors

    async def unstudied(self, *, limit: int) -> list[str]:
        """The ids of tasks that are over and whose lessons were not taken, the newest first."""
        return await self._doors.read(_unstudied, limit)

    async def teaching(self, task_id: str, kinds: Sequence[str]) -> list[Event]:
        """The events of some types of a task, in order."""
        return await self._doors.read(_teaching, task_id, kinds)

    async def keep(self, study: Study) -> bool:
        """Take what a task taught, once; False when it was taken before."""
        return await self._doors.write(KeepStudy(study))

    async def teach(self, task_id: str, workspace: str, lessons: Sequence[Pattern]) -> None:
        """Take lessons of a task that goes on, each of them once of that task."""
        await self._doors.write(Teach(task_id, workspace, tuple(lessons)))

    async def all(
        self,
        *,
        workspace: str | None = None,
        kinds: Sequence[PatternKind] = (),
        limit: int = 1_000,
    ) -> list[PatternRecord]:
        """Lessons of a workspace, or of all for None, those that were taught last first."""
        return await self._doors.read(read_patterns, workspace, kinds, limit)

    async def one(self, pattern_id: int) -> PatternRecord:
        """One lesson. Raises ``UnknownEntry``."""
        return await self._doors.read(read_pattern, pattern_id)

    async def tasks_of(self, pattern_id: int) -> list[PatternTask]:
        """The tasks that taught a lesson, then those that had it, the newest first."""
        return await self._doors.read(read_pattern_tasks, pattern_id)

    async def uses(self, workspace: str, kind: PatternKind) -> list[PatternUses]:
        """How the tasks of a workspace fared with each of its lessons, and without."""
        return await self._doors.read(read_uses, workspace, kind)

    async def set_states(self, states: Mapping[int, PatternState]) -> None:
        """Change the states of lessons."""
        await self._doors.write(SetStates(dict(states)))

    async def forget(
        self, *, ids: Collection[int] | None = None, workspace: str | None = None
    ) -> int:
        """Delete these lessons, or all of a workspace, or all; gives how many."""
        chosen = None if ids is None else tuple(ids)
        return await self._doors.write(ForgetPatterns(ids=chosen, workspace=workspace))

    async def prune(self, *, older_than_days: float) -> int:
        """Delete what only one task taught, and that long ago; gives how many."""
        return await self._doors.write(ForgetPatterns(rare_and_older_than_days=older_than_days))


def _unstudied(connection: Connection, limit: int) -> list[str]:
    """Tasks that ended by themselves and were not studied."""
    states = [state for state in FINAL_STATES if state != _CANCELLED]
    query = (
        select(tasks.c.id)
        .outerjoin(studied_tasks, studied_tasks.c.task_id == tasks.c.id)
        .where(tasks.c.state.in_(states), studied_tasks.c.task_id.is_(None))
        .order_by(tasks.c.sequence.desc())
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def _teaching(connection: Connection, task_id: str, kinds: Sequence[str]) -> list[Event]:
    """Events of some types."""
    query = (
        select(journal)
        .where(journal.c.task_id == task_id, journal.c.type.in_(kinds))
        .order_by(journal.c.sequence)
    )
    return [as_event(row) for row in connection.execute(query).mappings()]
