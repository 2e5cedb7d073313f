"""What a desk can do, whichever process the tasks are in."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from loom_core.changes.diffs import TaskDiff
from loom_core.changes.undo_forms import UndoReport, UndoRequest
from loom_core.events import Event
from loom_core.types import Decision, FileChange, TaskKind, TaskState


@dataclass(frozen=True, slots=True)
class TaskInShort:
    """A task and how far it is."""

    id: str
    kind: TaskKind
    goal: str
    workspace: str
    state: TaskState
    reason: str
    """Why it waits, is paused, failed or was cancelled; empty otherwise."""
    owner: str
    """The process that works on it; empty when none does."""
    created_at: datetime
    updated_at: datetime
    done: int
    """Completed subtasks of the plan in force; of a session, its turns."""
    planned: int
    """All subtasks of the plan in force; 0 before the first plan."""

    def as_json(self) -> dict[str, object]:
        """The task for programs, its times in ISO 8601 and UTC."""
        return {
            "task_id": self.id,
            "kind": self.kind.value,
            "goal": self.goal,
            "workspace": self.workspace,
            "state": self.state.value,
            "reason": self.reason,
            "done": self.done,
            "planned": self.planned,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class OpenApproval:
    """What waits for a yes or no."""

    id: str
    subtask_id: str
    what: str
    """The exact command, diff or question."""
    reason: str


class Desk(Protocol):
    """Looks at tasks and acts on them. Ids are exact; ``task`` finds the one that is meant.

    What acts raises ``TaskIsOver`` for a task that has ended, and ``StoreBusy`` where whoever works on
    the task does not react.
    """

    goes_on: bool
    """Whether a task that waited goes on by itself once it is answered."""

    async def task(self, reference: str) -> TaskInShort:
        """The task with that id, the only one whose id begins so, or the newest for ``last``.

        Raises:
            UnknownTask: there is none, or several begin so.
        """
        ...

    async def tasks(self, *, state: TaskState | None, limit: int) -> Sequence[TaskInShort]:
        """Tasks in a state, or all, the newest first."""
        ...

    async def events(self, task_id: str, *, after: int = 0) -> Sequence[Event]:
        """The events of a task after a sequence, in order."""
        ...

    async def changes(self, task_id: str) -> Sequence[FileChange]:
        """The net changes of files, in the order of their paths."""
        ...

    async def diff(self, task_id: str, *, subtask: str = "", file: str = "") -> TaskDiff:
        """What a task changed in the end, file by file; what was undone is left out.

        Args:
            task_id: exactly.
            subtask: id of the only subtask that counts; empty is all.
            file: the only file or directory that counts, relative to the workspace; empty is all.

        Raises:
            UsageError: the subtask or the file changed nothing.
        """
        ...

    async def undo(self, task_id: str, request: UndoRequest) -> UndoReport:
        """Put back what a task changed, where nothing would be lost.

        Raises:
            UsageError: the subtask or the file changed nothing, or there is nothing to redo.
        """
        ...

    async def approvals(self, task_id: str) -> Sequence[OpenApproval]:
        """What waits for a yes or no, the oldest first."""
        ...

    async def decide(self, task_id: str, approval_id: str, decision: Decision) -> None:
        """Say yes or no. Raises ``UsageError`` where somebody else has answered."""
        ...

    async def answer(self, task_id: str, question_id: str, text: str, *, by: str) -> str:
        """Answer a question, and give the answer as it was taken."""
        ...

    async def steer(self, task_id: str, text: str, *, by: str) -> None:
        """Tell a task something."""
        ...

    async def pause(self, task_id: str, *, by: str) -> bool:
        """Let a task stand still; False when that takes a while longer."""
        ...

    async def cancel(self, task_id: str, *, by: str) -> None:
        """Stop a task for good."""
        ...


class ServerDesk(Desk, Protocol):
    """A desk at a server, which runs tasks by itself."""

    server: str
    """Its address, as ``--server`` takes it; empty where it is this process."""

    async def create(self, wanted: Mapping[str, object], *, idempotency_key: str = "") -> str:
        """Have the server accept a goal, and give the task's id.

        Args:
            wanted: goal, workspace, context and approval_mode, as the API takes them.
            idempotency_key: what the request is called; empty makes a task each time.
        """
        ...

    async def resume(self, task_id: str) -> None:
        """Let a task go on."""
        ...

    def watch(self, task_id: str, *, after: int = 0) -> AsyncGenerator[Event]:
        """Events after a sequence, as they happen, until the task or the server ends."""
        ...


class OpenDesk(Protocol):
    """Opens a desk at a server; an entry point of ``loom.desks``."""

    def __call__(
        self,
        server: str,
        *,
        home: Path,
        environ: Mapping[str, str],
        within_seconds: float | None = None,
    ) -> AbstractAsyncContextManager[ServerDesk]:
        """A desk, open while inside.

        Args:
            server: its URL, or ``local`` for the one that runs in this home.
            home: Loom's home, where a local server says that it runs.
            environ: the environment of this process, which may have the token of another server.
            within_seconds: how long the server may take to show that it answers and lets this user in;
                None finds that out with the first request.

        Raises:
            UsageError: no server is there, or its token is not known.
        """
        ...
