"""The desk at the database of this home: whoever works on a task hears of it through the database."""

from collections.abc import Sequence
from pathlib import Path

from loom_core.changes.diffs import TaskDiff
from loom_core.changes.net import net_changes
from loom_core.changes.of_task import diffs_of_task
from loom_core.changes.undo import Workshop, undo_task
from loom_core.changes.undo_forms import UndoReport, UndoRequest
from loom_core.desk.protocol import OpenApproval, TaskInShort
from loom_core.engine.human.answering import answer_question, decide, read_open_questions
from loom_core.engine.outside.cancelling import cancel_task
from loom_core.engine.outside.pausing import pause_task
from loom_core.engine.outside.steering import steer_task
from loom_core.errors import UnknownTask, UsageError
from loom_core.events import Event
from loom_core.store import Store, TaskRecord
from loom_core.types import Decision, FileChange, SubtaskState, TaskKind, TaskState

LAST = "last"
"""Stands for the newest task."""


class LocalDesk:
    """A ``Desk`` over a store."""

    goes_on = False

    def __init__(self, store: Store, workshop: Workshop) -> None:
        """Use this store, which belongs to the caller, and open workspaces by the workshop."""
        self._store = store
        self._workshop = workshop

    async def task(self, reference: str) -> TaskInShort:
        """The task that is meant."""
        if reference != LAST:
            return await in_short(self._store, await self._store.task(reference))
        newest = await self._store.tasks(limit=1)
        if not newest:
            raise UnknownTask("there is no task yet; start one: loom run GOAL -w DIR")
        return await in_short(self._store, newest[0])

    async def tasks(self, *, state: TaskState | None, limit: int) -> Sequence[TaskInShort]:
        """Tasks, the newest first."""
        records = await self._store.tasks(state=state, limit=limit)
        return [await in_short(self._store, record) for record in records]

    async def events(self, task_id: str, *, after: int = 0) -> Sequence[Event]:
        """Events in order."""
        return await self._store.events(task_id, after=after)

    async def changes(self, task_id: str) -> Sequence[FileChange]:
        """Net changes."""
        return net_changes(record.change for record in await self._store.changes(task_id))

    async def diff(self, task_id: str, *, subtask: str = "", file: str = "") -> TaskDiff:
        """What is different."""
        record = await self._store.task(task_id)
        workspace = self._workshop.open_workspace(Path(record.workspace))
        return await diffs_of_task(workspace, self._store, record, subtask=subtask, file=file)

    async def undo(self, task_id: str, request: UndoRequest) -> UndoReport:
        """Put back what a task changed."""
        record = await self._store.task(task_id)
        return await undo_task(self._workshop, self._store, record, request)

    async def approvals(self, task_id: str) -> Sequence[OpenApproval]:
        """What is open."""
        return [
            OpenApproval(one.id, one.subtask_id, one.what, one.reason)
            for one in await self._store.approvals(task_id)
            if one.decision is None
        ]

    async def decide(self, task_id: str, approval_id: str, decision: Decision) -> None:
        """Say yes or no."""
        for approval in await self._store.approvals(task_id):
            if approval.id == approval_id:
                await decide(self._store, approval, decision)
                return
        raise UsageError(f"task {task_id} does not wait for {approval_id!r}")

    async def answer(self, task_id: str, question_id: str, text: str, *, by: str) -> str:
        """Answer a question."""
        asked = (await read_open_questions(self._store, task_id)).get(question_id)
        if asked is None:
            raise UsageError(f"task {task_id} does not ask {question_id!r}")
        return await answer_question(self._store, asked, text, by=by)

    async def steer(self, task_id: str, text: str, *, by: str) -> None:
        """Tell a task something."""
        await steer_task(self._store, task_id, text, by=by)

    async def pause(self, task_id: str, *, by: str) -> bool:
        """Let a task stand still."""
        return await pause_task(self._store, task_id, by=by)

    async def cancel(self, task_id: str, *, by: str) -> None:
        """Stop a task for good."""
        await cancel_task(self._store, task_id, by=by)


async def in_short(store: Store, record: TaskRecord) -> TaskInShort:
    """A task with how many of its subtasks are done."""
    planned = {subtask.id for subtask in record.plan.subtasks} if record.plan else set[str]()
    subtasks = await store.subtasks(record.id)
    is_session = record.kind is TaskKind.SESSION
    done = sum(
        s.state is SubtaskState.COMPLETED and (is_session or s.id in planned) for s in subtasks
    )
    return TaskInShort(
        id=record.id,
        kind=record.kind,
        goal=record.goal,
        workspace=record.workspace,
        state=record.state,
        reason=record.reason,
        owner=record.owner,
        created_at=record.created_at,
        updated_at=record.updated_at,
        done=done,
        planned=len(planned),
    )
