"""What reading the store gives: frozen records with typed fields and times in UTC."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from loom_core.types import (
    ApprovalMode,
    FileChange,
    MemoryEntry,
    PatternKind,
    PatternState,
    PauseCause,
    Plan,
    SubtaskState,
    Task,
    TaskKind,
    TaskState,
    Usage,
    Verdict,
)

__all__ = [
    "ApprovalRecord",
    "ChangeRecord",
    "Command",
    "Delivery",
    "MemoryRecord",
    "NeededContents",
    "News",
    "PatternRecord",
    "PatternTask",
    "PatternUses",
    "SubtaskRecord",
    "TaskRecord",
]


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """Where a task stands."""

    id: str
    goal: str
    workspace: str
    context: str
    approval_mode: ApprovalMode
    kind: TaskKind
    state: TaskState
    plan: Plan | None
    """The version in force; None before the first one."""
    replans: int
    """How often the plan was replaced."""
    summary: str
    reason: str
    """Why it waits, is paused, failed or was cancelled; empty otherwise."""
    advice: str
    confidence: float | None
    """0 to 1; None before it is completed."""
    usage: Usage
    owner: str
    """The engine that holds it; empty when nobody does."""
    lease_until: datetime | None
    """Until when the owner holds it unless it renews; None when nobody does."""
    fence: int
    """How often it was claimed."""
    created_at: datetime
    updated_at: datetime
    """When its newest event was committed."""
    started_at: datetime | None
    """When its first subtask could run."""
    finished_at: datetime | None
    pause_cause: PauseCause | None
    """Why it was last paused; None when it never was."""
    idempotency_key: str
    """What the request that made it is called; empty when nothing."""

    @property
    def task(self) -> Task:
        """The task as it was asked for."""
        return Task(
            id=self.id,
            goal=self.goal,
            workspace=self.workspace,
            context=self.context,
            approval_mode=self.approval_mode,
            kind=self.kind,
        )


@dataclass(frozen=True, slots=True)
class SubtaskRecord:
    """Where a subtask stands."""

    task_id: str
    id: str
    position: int
    """Place in the plan, from 0."""
    description: str
    state: SubtaskState
    attempt: int
    """The newest attempt, from 1; 0 before the first."""
    model: str
    tier: int
    """Tier of the newest attempt's model; 0 before the first attempt."""
    summary: str
    reason: str
    confidence: float | None
    verdict: Verdict | None
    """The newest verdict."""
    usage: Usage
    started_at: datetime | None
    """When the first attempt began."""
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change of a workspace file and the step that made it."""

    task_id: str
    subtask_id: str
    attempt: int
    sequence: int
    """Of the event that holds the tool's result."""
    position: int
    """Place in that event, from 0."""
    change: FileChange
    undone_by: int | None = None
    """Sequence of the event that took it back; None while it is in force."""


@dataclass(frozen=True, slots=True)
class NeededContents:
    """The contents without which a task cannot be undone, or its undo not taken back."""

    task_id: str
    is_over: bool
    """Whether the task has ended."""
    sha256s: frozenset[str]
    """In hex."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message for somebody outside about one event of a task."""

    sequence: int
    """Of the event."""
    task_id: str
    url: str
    type: str
    """What the message is called: ``task.completed``."""
    state: str
    """``waiting``, ``arrived`` or ``given_up``."""
    attempts: int
    """Since it was due first, or was to be delivered anew."""
    due_at: datetime
    """When it is tried next, while it waits."""
    status: int | None
    """What the other side answered last; None when it gave no answer."""
    problem: str
    """Why the newest attempt failed."""
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """Which tasks something happened in, since somebody looked last."""

    newest: int
    """Sequence of the newest event of all; ask for what comes after it next time."""
    task_ids: tuple[str, ...]
    """Each once, the latest first."""


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """What a human was asked, and the answer."""

    task_id: str
    id: str
    subtask_id: str
    what: str
    reason: str
    decision: bool | None
    """None while nobody answered."""
    decided_by: str
    decided_reason: str
    requested_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """A memory entry and where it comes from."""

    id: int
    task_id: str
    entry: MemoryEntry
    at: datetime


@dataclass(frozen=True, slots=True)
class PatternRecord:
    """A lesson as many tasks have made it."""

    id: int
    kind: PatternKind
    workspace: str
    key: str
    text: str
    facts: dict[str, JsonValue]
    frequency: int
    """Tasks that taught it."""
    amount: int
    """Retries that they took together."""
    state: PatternState
    first_at: datetime
    last_at: datetime
    """When a task taught it last."""


@dataclass(frozen=True, slots=True)
class PatternTask:
    """A task that taught a lesson, or had it."""

    task_id: str
    subtask_id: str
    """Empty when it concerns the whole task."""
    goal: str
    is_use: bool
    """Whether it had the lesson; else it taught it."""
    is_completed: bool


@dataclass(frozen=True, slots=True)
class PatternUses:
    """Counts of finished tasks by which a lesson is judged."""

    pattern: PatternRecord
    uses: int
    """Tasks that had it."""
    helped: int
    """Those of them that were completed."""
    others: int
    """Tasks like them that had it not."""
    others_completed: int
    repeated: int
    """Tasks that had it, and taught it again."""


@dataclass(frozen=True, slots=True)
class Command:
    """What some process wants of a task, such as to cancel it."""

    id: int
    task_id: str
    kind: str
    payload: dict[str, JsonValue]
    created_at: datetime
