"""What an MCP client is told of a task: its state, the evidence, what changed and how to undo it."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from loom_core.cli.progress.next_steps import list_next_steps
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.desk import TaskInShort
from loom_core.types import FileChange
from loom_core.workspace.git_state import is_in_git

_MOST_EVIDENCE = 200
_MOST_FILES = 500


class _Part(BaseModel):
    """A part of a structured result."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class EvidenceView(_Part):
    """One check and what it saw."""

    subtask: str
    check: str
    status: str
    """``passed``, ``failed`` or ``unverified``."""
    detail: str


class ChangedFile(_Part):
    """A path of the workspace that is different now."""

    path: str
    change: str
    """``created``, ``modified`` or ``deleted``."""


class OpenItem(_Part):
    """What a human has to answer."""

    id: str
    kind: Literal["approval", "question"]
    text: str


class TaskReport(_Part):
    """A task as far as it is."""

    task_id: str
    status: str
    """``completed`` is the only one that says the goal was reached; the evidence says by what."""
    goal: str
    workspace: str
    summary: str
    reason: str
    """Why it failed, waits or is paused; empty otherwise."""
    advice: str
    confidence: float | None
    """0 to 1, of a completed task."""
    subtasks_done: int
    subtasks_planned: int
    evidence: list[EvidenceView]
    changed_files: list[ChangedFile]
    undo: str
    """The command that puts back the files; empty when none changed."""
    waits_for: list[OpenItem]
    """What a human has to answer before it can go on."""
    next: dict[str, str]
    """Commands for the user, by their purpose."""


class TaskLine(_Part):
    """One task of a list."""

    task_id: str
    status: str
    goal: str
    workspace: str
    reason: str
    done: int
    planned: int
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, task: TaskInShort) -> "TaskLine":
        """A task in short."""
        return cls(
            task_id=task.id,
            status=task.state.value,
            goal=task.goal,
            workspace=task.workspace,
            reason=task.reason,
            done=task.done,
            planned=task.planned,
            created_at=task.created_at.isoformat(),
            updated_at=task.updated_at.isoformat(),
        )


class TaskList(_Part):
    """Tasks, the newest first."""

    tasks: list[TaskLine]


def report_on(progress: TaskProgress, changes: Sequence[FileChange]) -> TaskReport:
    """The report of a task.

    Args:
        progress: the task, with all its events.
        changes: its net changes of workspace files.
    """
    steps = dict(list_next_steps(progress, changes))
    return TaskReport(
        task_id=progress.task_id,
        status=progress.state.value,
        goal=progress.goal,
        workspace=progress.workspace,
        summary=progress.summary,
        reason=progress.reason,
        advice=progress.advice,
        confidence=progress.confidence,
        subtasks_done=progress.finished_count,
        subtasks_planned=len(progress.subtasks),
        evidence=_evidence(progress)[:_MOST_EVIDENCE],
        changed_files=[
            ChangedFile(path=change.path, change=change.kind.value)
            for change in changes
            if not is_in_git(change.path)
        ][:_MOST_FILES],
        undo=steps.get("undo", ""),
        waits_for=_open_items(progress),
        next=steps,
    )


def _evidence(progress: TaskProgress) -> list[EvidenceView]:
    """What every subtask has to show."""
    return [
        EvidenceView(subtask=name, check=item.check, status=item.status.value, detail=item.detail)
        for name, subtask in progress.subtasks.items()
        for item in subtask.shown_evidence
    ]


def _open_items(progress: TaskProgress) -> list[OpenItem]:
    """What nobody has answered yet."""
    approvals = [
        OpenItem(id=name, kind="approval", text=what) for name, what in progress.approvals.items()
    ]
    questions = [
        OpenItem(id=name, kind="question", text=asked.question)
        for name, asked in progress.questions.items()
    ]
    return [*approvals, *questions]
