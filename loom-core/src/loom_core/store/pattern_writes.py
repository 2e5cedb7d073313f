"""What the writer can be asked to do with lessons; each is done inside a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from json import dumps

from sqlalchemy import Connection, delete, insert, select, update

from loom_core.store.clean_text import as_unicode
from loom_core.store.clock import as_microseconds
from loom_core.store.draft import Draft
from loom_core.store.pattern_reads import SOURCE, USE
from loom_core.store.schema import pattern_tasks, patterns, studied_tasks
from loom_core.types import Pattern, PatternKind, PatternState

__all__ = ["ForgetPatterns", "KeepStudy", "SetStates", "Study", "Teach"]

_ON_TRIAL = frozenset({PatternKind.TASK_TEMPLATE, PatternKind.USER_CORRECTION})
"""Kinds that have to show that they help; the others are counts."""


@dataclass(frozen=True, slots=True)
class Study:
    """What one task that is over taught."""

    task_id: str
    workspace: str
    is_completed: bool
    was_planned: bool
    """Whether a model was asked for its plan."""
    patterns: Sequence[Pattern] = ()
    used: frozenset[int] = frozenset()
    """Ids of the lessons that it had."""


@dataclass(frozen=True, slots=True)
class KeepStudy:
    """Adds a task's lessons to those there are, once."""

    study: Study
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> bool:
        """Whether it was new."""
        study, connection = self.study, draft.connection
        known = select(studied_tasks.c.task_id).where(studied_tasks.c.task_id == study.task_id)
        if connection.execute(known).first() is not None:
            return False
        connection.execute(
            insert(studied_tasks).values(
                task_id=study.task_id,
                workspace=study.workspace,
                is_completed=study.is_completed,
                was_planned=study.was_planned,
            )
        )
        now = as_microseconds(draft.now)
        taught: dict[int, str] = {}
        for pattern in study.patterns:
            taught.setdefault(_met(connection, study.workspace, pattern, now), pattern.subtask_id)
        _note(connection, study.task_id, SOURCE, taught)
        there = select(patterns.c.id).where(patterns.c.id.in_(study.used))
        _note(
            connection, study.task_id, USE, dict.fromkeys(connection.execute(there).scalars(), "")
        )
        return True


@dataclass(frozen=True, slots=True)
class Teach:
    """Adds lessons of a task that goes on; what the same task taught already does not count again."""

    task_id: str
    workspace: str
    lessons: Sequence[Pattern]
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> None:
        """Add them."""
        connection, now = draft.connection, as_microseconds(draft.now)
        for lesson in self.lessons:
            mine = (
                select(pattern_tasks.c.pattern_id)
                .join(patterns, patterns.c.id == pattern_tasks.c.pattern_id)
                .where(
                    pattern_tasks.c.task_id == self.task_id,
                    pattern_tasks.c.part == SOURCE,
                    patterns.c.kind == lesson.kind.value,
                    patterns.c.key == as_unicode(lesson.key),
                )
            )
            if connection.execute(mine).first() is None:
                taught = {_met(connection, self.workspace, lesson, now): lesson.subtask_id}
                _note(connection, self.task_id, SOURCE, taught)


@dataclass(frozen=True, slots=True)
class SetStates:
    """Changes the states of lessons."""

    states: Mapping[int, PatternState]
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> None:
        """Change them."""
        for pattern_id, state in self.states.items():
            change = update(patterns).where(patterns.c.id == pattern_id).values(state=state.value)
            draft.connection.execute(change)


@dataclass(frozen=True, slots=True)
class ForgetPatterns:
    """Deletes lessons with all that is known of them; what they were taken from stays studied."""

    ids: Sequence[int] | None = None
    workspace: str | None = None
    rare_and_older_than_days: float | None = None
    has_effect: bool = False
    order: None = None

    def do(self, draft: Draft) -> int:
        """How many there were."""
        query = select(patterns.c.id)
        if self.ids is not None:
            query = query.where(patterns.c.id.in_(self.ids))
        if self.workspace is not None:
            query = query.where(patterns.c.workspace == self.workspace)
        if self.rare_and_older_than_days is not None:
            before = as_microseconds(draft.now - timedelta(days=self.rare_and_older_than_days))
            query = query.where(patterns.c.frequency == 1, patterns.c.last_at < before)
        chosen = list(draft.connection.execute(query).scalars())
        for start in range(0, len(chosen), _CHUNK):
            some = chosen[start : start + _CHUNK]
            connection = draft.connection
            connection.execute(delete(pattern_tasks).where(pattern_tasks.c.pattern_id.in_(some)))
            connection.execute(delete(patterns).where(patterns.c.id.in_(some)))
        return len(chosen)


_CHUNK = 500
"""Ids in one statement."""


def _met(connection: Connection, workspace: str, pattern: Pattern, now: int) -> int:
    """The id of a lesson that is taught now, for the first time or again."""
    key = as_unicode(pattern.key)
    same = (
        patterns.c.workspace == workspace,
        patterns.c.kind == pattern.kind.value,
        patterns.c.key == key,
    )
    row = connection.execute(select(patterns).where(*same)).mappings().one_or_none()
    told = {"text": as_unicode(pattern.text), "facts": dumps(pattern.facts), "last_at": now}
    if row is None:
        state = PatternState.TRIAL if pattern.kind in _ON_TRIAL else PatternState.STANDING
        new = insert(patterns).values(
            kind=pattern.kind.value,
            workspace=workspace,
            key=key,
            frequency=1,
            amount=pattern.amount,
            state=state.value,
            first_at=now,
            **told,
        )
        return int(connection.execute(new.returning(patterns.c.id)).scalar_one())
    told |= {"frequency": row["frequency"] + 1, "amount": row["amount"] + pattern.amount}
    if row["state"] == PatternState.RETIRED.value:
        told |= {"state": PatternState.TRIAL.value}  # taught anew: it gets another chance
        connection.execute(
            delete(pattern_tasks).where(
                pattern_tasks.c.pattern_id == row["id"], pattern_tasks.c.part == USE
            )
        )
    connection.execute(update(patterns).where(patterns.c.id == row["id"]).values(**told))
    return int(row["id"])


def _note(connection: Connection, task_id: str, part: str, found: Mapping[int, str]) -> None:
    """Note the part that a task had in lessons."""
    if found:
        rows = [
            {"pattern_id": number, "task_id": task_id, "part": part, "subtask_id": subtask_id}
            for number, subtask_id in found.items()
        ]
        connection.execute(insert(pattern_tasks), rows)
