"""Taking back what a task did, and taking that back in turn: intent, effect, result.

The intent of an undo is in the journal before a file is touched, so that one that was killed is
finished by the next. Its result marks the recorded changes as undone; undoing an undo puts the files
back as they were before it and the changes in force again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.did_you_mean import did_you_mean
from loom_core.engine.owner import is_alive
from loom_core.errors import LoomError, UsageError
from loom_core.events import (
    ChangeKey,
    ChangesRedone,
    ChangesUndone,
    Event,
    EventBody,
    UndoStarted,
)
from loom_core.store import ChangeRecord, Entry, Store
from loom_core.types import FileChange
from loom_core.workspace import UndoPlan, Workspace, plan_undo
from loom_core.workspace.path_state import PathState, state_after, state_before
from loom_core.workspace.undo import directories_made
from loom_core.workspace.undo_order import is_of_mode_only

Undone = ChangesUndone | ChangesRedone
"""The result of an undo, or of the undo of one."""


@dataclass(frozen=True, slots=True)
class PlannedUndo:
    """What an undo would do to files and to the record."""

    plan: UndoPlan
    taken_back: tuple[ChangeKey, ...] = ()
    """The recorded changes that it undoes, or puts in force again."""
    redoes: int = 0
    """Sequence of the undo that it takes back; 0 for an undo of the task's changes."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.plan.changes and not self.plan.conflicts and not self.taken_back


class TaskUndo:
    """The undos of one task. Nobody may work on the task meanwhile, nor undo it."""

    def __init__(self, store: Store, task_id: str, workspace: Workspace) -> None:
        """Know the task, exactly, and where it worked."""
        self._store = store
        self._task_id = task_id
        self._workspace = workspace

    async def plan(self, *, subtask: str = "", path: str = "", force: bool = False) -> PlannedUndo:
        """What it takes to put changes back; changes nothing.

        Args:
            subtask: id of the only subtask to undo; empty is all.
            path: the only file or directory to undo, relative to the workspace; empty is all.
            force: overwrite what somebody else changed since.

        Raises:
            UsageError: the subtask or the path changed nothing.
        """
        every = await self._store.changes(self._task_id, with_undone=True)
        records = [record for record in every if record.undone_by is None]
        wanted = choose_changes(every, subtask=subtask, path=path)
        keys_wanted = {(record.sequence, record.position) for record in wanted}
        chosen = [
            index
            for index, record in enumerate(records)
            if (record.sequence, record.position) in keys_wanted
        ]
        plan = await asyncio.to_thread(
            plan_undo,
            [record.change for record in records],
            self._workspace,
            chosen=chosen,
            made=directories_made([record.change for record in every]),
            force=force,
        )
        covered = sorted({index for step in plan.steps for index in step.covers})
        keys = tuple((records[index].sequence, records[index].position) for index in covered)
        return PlannedUndo(plan, keys)

    async def plan_redo(self, *, force: bool = False) -> PlannedUndo:
        """What it takes to take the newest undo back that stands; changes nothing.

        Raises:
            UsageError: there is none.
        """
        done = _standing_undos(await self._store.events(self._task_id))
        if not done:
            raise UsageError(f"task {self._task_id} has no undo that could be taken back")
        sequence, undone = done[-1]
        plan = await asyncio.to_thread(plan_undo, undone.changes, self._workspace, force=force)
        return PlannedUndo(plan, undone.taken_back, sequence)

    async def carry_out(self, planned: PlannedUndo) -> Undone:
        """Do it, journalled before and after.

        Raises:
            StoreBusy: an engine has taken the task up.
            ConflictFound: the plan is held up.
        """
        started = UndoStarted(
            changes=tuple(planned.plan.changes),
            taken_back=planned.taken_back,
            redoes=planned.redoes,
        )
        await self._append(started)
        return await self._finish(started)

    async def finish_interrupted(self) -> Undone | None:
        """Bring an undo to its end that was killed in the middle; None when there is none."""
        started = interrupted_undo(await self._store.events(self._task_id))
        return await self._finish(started) if started else None

    async def _finish(self, started: UndoStarted) -> Undone:
        """Do what the intent says as far as it is not done, and journal the result."""
        done, left = await asyncio.to_thread(_carry_out, started.changes, self._workspace)
        keys = await self._keys_without(started.taken_back, left)
        result: Undone = ChangesUndone(changes=done, taken_back=keys, left=left)
        if started.redoes:
            result = ChangesRedone(redoes=started.redoes, changes=done, taken_back=keys, left=left)
        await self._append(result)
        return result

    async def _keys_without(
        self, keys: Sequence[ChangeKey], left: Sequence[str]
    ) -> tuple[ChangeKey, ...]:
        """The recorded changes but those of paths that stay as they are."""
        if not left:
            return tuple(keys)
        every = await self._store.changes(self._task_id, with_undone=True)
        stays = {(one.sequence, one.position) for one in every if one.change.path in left}
        return tuple(key for key in keys if key not in stays)

    async def _append(self, body: EventBody) -> None:
        """Journal an event of the task, which nobody may hold."""
        await self._store.append_unclaimed(self._task_id, [Entry(body)], is_alive=is_alive)


def choose_changes(
    records: Sequence[ChangeRecord], *, subtask: str, path: str
) -> list[ChangeRecord]:
    """The changes of one subtask, and of one file or what is below one directory.

    Args:
        records: all of a task, undone ones too.
        subtask: its id; empty is all.
        path: relative to the workspace; empty is all.

    Raises:
        UsageError: the subtask or the path changed nothing.
    """
    _refuse_unknown("subtask", subtask, [record.subtask_id for record in records])
    _refuse_unknown("file", path, [record.change.path for record in records])
    return [
        record
        for record in records
        if subtask in {"", record.subtask_id} and _is_at(record.change.path, path)
    ]


def _is_at(changed: str, path: str) -> bool:
    """Whether a changed path is the wanted one, or below it; an empty one is everything."""
    return path in {"", ".", changed} or changed.startswith(f"{path}/")


def interrupted_undo(events: Sequence[Event]) -> UndoStarted | None:
    """The undo whose result was never recorded; None when there is none."""
    found: UndoStarted | None = None
    for event in events:
        if isinstance(event.body, UndoStarted):
            found = event.body
        elif isinstance(event.body, Undone):
            found = None
    return found


def _standing_undos(events: Sequence[Event]) -> list[tuple[int, ChangesUndone]]:
    """The undos that were not taken back, with their sequences, the newest last."""
    redone = {event.body.redoes for event in events if isinstance(event.body, ChangesRedone)}
    return [
        (event.sequence, event.body)
        for event in events
        if isinstance(event.body, ChangesUndone) and event.sequence not in redone
    ]


def _refuse_unknown(kind: str, wanted: str, names: Sequence[str]) -> None:
    """Raise when nothing of that name was ever changed."""
    if any(_is_at(name, wanted) for name in names) or not wanted:
        return
    raise UsageError(
        f"no change of {kind} {wanted!r} is recorded{did_you_mean(wanted, sorted(set(names)))}; "
        "leave it out to see all that was changed"
    )


def _carry_out(
    changes: Sequence[FileChange], workspace: Workspace
) -> tuple[tuple[FileChange, ...], tuple[str, ...]]:
    """Do changes as far as they are not done; those that hold now, and the paths that were left."""
    ends = {change.path: state_after(change) for change in changes}
    done: list[FileChange] = []
    left: dict[str, None] = {}
    for change in changes:
        try:
            if not _is_at_end(change, ends[change.path], workspace):
                workspace.carry_out(change)
            done.append(change)
        except (LoomError, OSError):
            left[change.path] = None  # somebody changed it in this very moment: it is theirs now
    return tuple(change for change in done if change.path not in left), tuple(left)


def _is_at_end(change: FileChange, end: PathState, workspace: Workspace) -> bool:
    """Whether a path is as it will be in the end already, and not about to be opened on the way."""
    try:
        current = workspace.state(change.path)
    except PermissionError:
        return False
    is_opened = is_of_mode_only(change) and current.is_like(state_before(change))
    return current.is_like(end) and not is_opened
