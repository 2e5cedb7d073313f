"""Tasks, as they are asked for and as they stand."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from loom_core.store import SubtaskRecord, TaskRecord
from loom_core.types import (
    MAX_GOAL_CHARACTERS,
    Evidence,
    Plan,
    SubtaskState,
    TaskKind,
    TaskState,
    Usage,
)
from loom_server.api.models.forms import Name, Received, Sent, ShortText, Time

ModeName = Literal["auto", "manual", "confidence_threshold"]


class NewTask(Received):
    """A goal."""

    goal: Annotated[str, StringConstraints(min_length=1, max_length=MAX_GOAL_CHARACTERS)]
    workspace: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None
    """Absolute path of the directory to work in, made if its parent exists. Null is the directory of
    ``workspace.default_path`` in the settings."""
    context: Annotated[str, StringConstraints(max_length=MAX_GOAL_CHARACTERS)] = ""
    """What else the model should know."""
    approval_mode: ModeName | None = None
    """Who says yes to risky actions; null is what the settings say."""
    metadata: Annotated[dict[Name, ShortText], Field(max_length=50)] = {}
    """What the client wants to find again; nothing acts on it."""
    callback_url: Annotated[str, StringConstraints(max_length=4_000)] = ""
    """Who is told when the task has ended or needs a human; needs ``webhooks.secrets`` in the settings."""


class UsageView(Sent):
    """Tokens and calls."""

    prompt_tokens: int
    cached_tokens: int
    """Part of the prompt tokens that came from the server's cache."""
    completion_tokens: int
    calls: int

    @classmethod
    def of(cls, usage: Usage) -> Self:
        """The view of a sum."""
        return cls.model_validate(usage)


class EvidenceView(Sent):
    """One thing that was checked."""

    check: str
    status: Literal["passed", "failed", "unverified"]
    detail: str

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """The view of one piece of evidence."""
        return cls(check=evidence.check, status=evidence.status.value, detail=evidence.detail)


class SubtaskView(Sent):
    """One step of the plan, and how far it is."""

    id: str
    position: int
    """Place in the plan, from 0."""
    description: str
    depends_on: list[str]
    """Ids of the subtasks that have to be completed before it."""
    is_in_plan: bool
    """Whether the plan in force has it; an earlier one did in any case."""
    is_critical_path: bool
    state: SubtaskState
    attempt: int
    """The newest attempt, from 1; 0 before the first."""
    model: str
    tier: int
    summary: str
    reason: str
    confidence: float | None
    """0 to 1."""
    evidence: list[EvidenceView]
    """What the newest verdict rests on."""
    usage: UsageView
    started_at: Time | None
    finished_at: Time | None

    @classmethod
    def of(cls, record: SubtaskRecord, plan: Plan | None) -> Self:
        """The view of a subtask."""
        planned = {item.id: item for item in plan.subtasks} if plan else {}
        item = planned.get(record.id)
        evidence = record.verdict.evidence if record.verdict else ()
        return cls(
            id=record.id,
            position=record.position,
            description=record.description,
            depends_on=list(item.depends_on) if item else [],
            is_in_plan=item is not None,
            is_critical_path=item is not None and item.is_critical_path,
            state=record.state,
            attempt=record.attempt,
            model=record.model,
            tier=record.tier,
            summary=record.summary,
            reason=record.reason,
            confidence=record.confidence,
            evidence=[EvidenceView.of(one) for one in evidence],
            usage=UsageView.of(record.usage),
            started_at=record.started_at,
            finished_at=record.finished_at,
        )


class TaskSummary(Sent):
    """A task in a list."""

    id: str
    kind: TaskKind
    """A goal is planned, run and verified by itself; a session is worked on turn by turn with its user."""
    goal: str
    workspace: str
    state: TaskState
    reason: str
    """Why it waits, is paused, failed or was cancelled; empty otherwise."""
    summary: str
    confidence: float | None
    """0 to 1; null before it is completed."""
    approval_mode: ModeName
    usage: UsageView
    owner: str
    """The process that works on it; empty when none does."""
    done: int
    """Completed subtasks of the plan in force."""
    planned: int
    """All subtasks of the plan in force; 0 before the first plan."""
    created_at: Time
    updated_at: Time
    started_at: Time | None
    finished_at: Time | None

    @classmethod
    def of(cls, record: TaskRecord, subtasks: Sequence[SubtaskRecord]) -> Self:
        """The view of a task with these subtasks."""
        planned = {item.id for item in record.plan.subtasks} if record.plan else set[str]()
        is_session = record.kind is TaskKind.SESSION
        states = [one.state for one in subtasks if is_session or one.id in planned]
        return cls(
            id=record.id,
            kind=record.kind,
            goal=record.goal,
            workspace=record.workspace,
            state=record.state,
            reason=record.reason,
            summary=record.summary,
            confidence=record.confidence,
            approval_mode=record.approval_mode.value,
            usage=UsageView.of(record.usage),
            owner=record.owner,
            done=states.count(SubtaskState.COMPLETED),
            planned=len(planned),
            created_at=record.created_at,
            updated_at=record.updated_at,
            started_at=record.started_at,
            finished_at=record.finished_at,
        )


class TaskPage(Sent):
    """Some of the tasks."""

    tasks: list[TaskSummary]
    total: int
    """How many there are in all, whatever the page."""
    limit: int
    offset: int


class ProgressView(Sent):
    """How far a task is."""

    subtasks: int
    """Of the plan in force; 0 before the first plan."""
    completed: int
    running: list[str]
    waiting: list[str]
    """Ids of subtasks that wait for a human."""


class ApprovalView(Sent):
    """What a task waits for a human to allow."""

    id: str
    subtask_id: str
    what: str
    """The exact command or diff."""
    reason: str
    tool: str
    """Empty when it is a subtask that was parked, not a call."""
    target: str
    """What a wider yes may cover; empty when nothing."""
    scopes: list[Literal["once", "call", "target", "session"]]
    """What a yes may cover, the narrowest first."""
    requested_at: Time


class QuestionView(Sent):
    """What a task wants to know."""

    id: str
    subtask_id: str
    question: str
    options: list[str]
    asked_at: Time


class TaskView(TaskSummary):
    """A task with everything about it."""

    context: str
    metadata: dict[str, str]
    """As the client gave it."""
    advice: str
    """What the user can do about a failure."""
    plan_version: int
    """0 before the first plan."""
    is_degraded: bool
    """Whether no valid plan could be had, so that the goal runs as one subtask."""
    replans: int
    subtasks: list[SubtaskView]
    progress: ProgressView
    approvals: list[ApprovalView]
    """What waits for ``POST /tasks/{id}/approve``."""
    questions: list[QuestionView]
    """What waits for ``POST /tasks/{id}/answer``."""
    is_queued: bool
    """Whether this server runs it as soon as it has room."""
    is_running_here: bool
    """Whether this server runs it now."""


class TaskPatch(Received):
    """What is to be different; at least one of both."""

    steer: Annotated[str, StringConstraints(min_length=1, max_length=2_000)] | None = None
    """An instruction: every model that works on the task is told from its next call on."""
    paused: bool | None = None
    """True lets the task stand still, once what runs now is finished; false lets it go on."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.steer is None and self.paused is None:
            raise ValueError("say steer, paused, or both")
        return self


class Feedback(Received):
    """What a human says about a task that is under way."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Answer(Received):
    """Yes or no."""

    approval_id: Name
    approved: bool
    reason: ShortText = ""
    scope: Literal["once", "call", "target", "session"] = "once"
    """What a yes covers."""


class QuestionAnswer(Received):
    """What a task wanted to know."""

    question_id: Name
    answer: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    """The number of an option picks it."""


class Cancelled(Sent):
    """The end of a task that was stopped."""

    id: str
    state: TaskState


class Answered(Sent):
    """What became of an answer."""

    task_id: str
    id: str
    """Of the approval or the question."""
    answer: str
    """As it was taken: approved, denied, or the text."""


class PageQuery(Received):
    """Which of the tasks are wanted."""

    model_config = {"strict": False}  # a query is text

    state: list[TaskState] = Field(default=[])
    """Only tasks in one of these states."""
    kind: TaskKind | None = None
    """Only goals, or only sessions."""
    sort: Literal["newest", "oldest"] = "newest"
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
