"""The one table of events: everything that happens, in the past tense, with its data.

The stream of events is the journal: ``ToolCallStarted`` is the intent and ``ToolCallFinished`` the
result of a step. State is derived from the stream in the same transaction, and whoever watches
reads the stream and nothing else. Each class is one row of the table: its name is the event's
type, ``version`` counts incompatible changes of its fields.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue

from loom_core.types import (
    ApprovalMode,
    ErrorCategory,
    Evidence,
    FailureKind,
    FileChange,
    Frozen,
    MemoryEntry,
    Message,
    ModelResponse,
    ModelRole,
    Outcome,
    Plan,
    ToolResult,
    Verdict,
)

_PURE = "pure"
"""The recovery class of tools that change nothing."""


class EventBody(Frozen):
    """What an event says beside when and where it happened."""

    version: ClassVar[int] = 1

    @property
    def has_effect(self) -> bool:
        """Whether it guards an effect in the world, so that it survives a power cut by default."""
        return False


class TaskCreated(EventBody):
    """A goal was accepted."""

    goal: str
    workspace: str
    context: str = ""
    approval_mode: ApprovalMode = ApprovalMode.AUTO


class TaskClaimed(EventBody):
    """An engine took the task; every later write carries the new fence."""

    owner: str
    is_resumed: bool = False


class PlanningStarted(EventBody):
    """The task is being planned."""


class PlanRejected(EventBody):
    """The planner's answer was not a valid plan; the problems go back to the model."""

    problems: tuple[str, ...]


class PlanDegraded(EventBody):
    """No valid plan could be had: the whole goal became one subtask."""

    reason: str


class PlanPruned(EventBody):
    """Padding was taken out of a plan."""

    removed: tuple[str, ...]
    """One sentence for each subtask that was taken out."""


class PlanCreated(EventBody):
    """The first plan is in force."""

    plan: Plan
    source: str
    """Who made it: ``trivial``, ``planner``, ``degraded`` or the name of a plugin."""


class PlanReplaced(EventBody):
    """The next version of the plan is in force; finished subtasks stay finished."""

    plan: Plan
    reason: str
    cancelled: tuple[str, ...] = ()
    """Ids of subtasks that are no longer in the plan."""


class TaskExecutionStarted(EventBody):
    """The first subtask may run, or subtasks go on after a wait or a pause."""


class SubtaskStarted(EventBody):
    """An attempt began."""

    tier: int


class PromptAssembled(EventBody):
    """The exact prompt that every later request of this attempt starts with."""

    model: str
    """Name of the model in the settings."""
    dialect: str
    prompt: tuple[Message, ...]
    seen: dict[str, str] = {}
    """Files shown in the prompt: path to the SHA-256 of what was shown."""


class ModelCallStarted(EventBody):
    """A request was sent to a model."""

    step: int
    model: str
    role: ModelRole


class ModelCallFinished(EventBody):
    """A model answered; journalled before anybody acts on it."""

    step: int
    model: str
    role: ModelRole
    response: ModelResponse


class ModelCallFailed(EventBody):
    """A model gave no answer."""

    step: int
    model: str
    role: ModelRole
    error: str
    """Name of the error class."""
    message: str


class ReplyRepaired(EventBody):
    """An answer was not in the agreed form and could be read all the same."""

    step: int
    repairs: tuple[str, ...]


class NudgeSent(EventBody):
    """The harness answered in place of a tool: a correction, a nudge, or a notice of repetition."""

    step: int
    text: str


class ChecksRun(EventBody):
    """Acceptance checks were run between two calls, so that the model learns where it stands."""

    step: int
    evidence: tuple[Evidence, ...]


class ToolCallStarted(EventBody):
    """The intent: a tool is about to run."""

    step: int
    call_id: str
    tool: str
    arguments: dict[str, JsonValue]
    recovery: str
    """Recovery class of the tool: pure, content, keyed, supervised or unknown."""
    intent: dict[str, JsonValue] = {}
    """What a probe needs to tell whether it happened, such as the hashes before and after."""

    @property
    def has_effect(self) -> bool:
        """Whether the tool can change anything."""
        return self.recovery != _PURE


class ToolCallFinished(EventBody):
    """The result of a tool call."""

    step: int
    call_id: str
    tool: str
    result: ToolResult
    recovery: str = _PURE
    """Recovery class of the tool."""

    @property
    def has_effect(self) -> bool:
        """Whether the tool can have changed anything."""
        return self.recovery != _PURE


class ToolCallDenied(EventBody):
    """A call was refused before it ran; it left no trace."""

    step: int
    call_id: str
    tool: str
    reason: str
    by: str


class StepInDoubt(EventBody):
    """After a crash nobody can tell whether a call ran; it is not repeated."""

    step: int
    call_id: str
    tool: str


class ApprovalRequested(EventBody):
    """A gated action or a parked subtask waits for a human."""

    approval_id: str
    what: str
    """The exact command, diff or question."""
    reason: str


class ApprovalDecided(EventBody):
    """A human, or whoever stands for one, answered."""

    approval_id: str
    approved: bool
    by: str
    reason: str = ""


class OutcomeReached(EventBody):
    """The runner returned; verification comes next."""

    outcome: Outcome


class VerdictReached(EventBody):
    """The merged verdict on an outcome."""

    verdict: Verdict


class SubtaskCompleted(EventBody):
    """A subtask is done and its verdict passed."""

    summary: str
    confidence: Annotated[float, Field(ge=0.0, le=1.0)]


class AttemptFailed(EventBody):
    """An attempt did not lead to a completed subtask; what happens next is said."""

    reason: str
    failure: FailureKind
    category: ErrorCategory
    next_step: str
    """``retry``, ``escalate``, ``replan`` or ``stop``."""


class AttemptRolledBack(EventBody):
    """A failed attempt's file changes were taken back before the next attempt."""

    changes: tuple[FileChange, ...]
    """What was done to take them back."""
    kept: tuple[str, ...] = ()
    """Files that stay as the attempt left them: another subtask or somebody else changed them."""


class SubtaskFailed(EventBody):
    """A subtask used up its attempts."""

    reason: str


class SubtaskBlocked(EventBody):
    """A subtask reported that it cannot go on."""

    reason: str


class SubtaskStalled(EventBody):
    """A subtask ran into a limit or in circles."""

    reason: str


class SubtaskSkipped(EventBody):
    """A subtask will not run: what it depends on did not complete, or the plan changed."""

    reason: str


class SubtaskParked(EventBody):
    """A subtask waits for a human; independent work goes on."""

    reason: str
    approval_id: str


class MemoryExtracted(EventBody):
    """Entries were put into the archive."""

    entries: tuple[MemoryEntry, ...]


class ExtractionFailed(EventBody):
    """Memory could not be extracted from a subtask; its result stands."""

    error: str


class HookFailed(EventBody):
    """A plugin's observing hook raised; the run went on without it."""

    hook: str
    plugin: str
    error: str


class TaskWaiting(EventBody):
    """Nothing can go on before a human answers."""

    reason: str


class TaskPaused(EventBody):
    """The task stopped in good order and can be resumed."""

    reason: str


class TaskCompleted(EventBody):
    """Every subtask is completed."""

    summary: str
    confidence: Annotated[float, Field(ge=0.0, le=1.0)]


class TaskFailed(EventBody):
    """The goal was not reached."""

    reason: str
    advice: str = ""
    """What the user can do about it."""


class TaskCancelled(EventBody):
    """Somebody cancelled the task."""

    by: str


EVENT_TYPES: dict[str, type[EventBody]] = {
    body.__name__: body for body in EventBody.__subclasses__()
}
"""Every event by its type; reading a stored event looks its class up here."""


@dataclass(frozen=True, slots=True)
class Event:
    """One record of the stream, in the order in which it was committed."""

    sequence: int
    """Position in the whole stream; grows, with no meaning in the gaps between tasks."""
    task_id: str
    at: datetime
    """When it was committed, in UTC."""
    body: EventBody
    subtask_id: str = ""
    """Empty when the event concerns the task."""
    attempt: int = 0
    """Attempt of the subtask, from 1; 0 when the event concerns no attempt."""
    fence: int = 0
    """Claim of the task under which it was written."""

    @property
    def type(self) -> str:
        """The event's type: the name of its body's class."""
        return type(self.body).__name__

    def as_json(self) -> dict[str, JsonValue]:
        """The event as one JSON object, as ``loom run --json`` and the server send it."""
        return {
            "sequence": self.sequence,
            "task_id": self.task_id,
            "at": self.at.isoformat(),
            "type": self.type,
            "version": self.body.version,
            "subtask_id": self.subtask_id,
            "attempt": self.attempt,
            "data": self.body.model_dump(mode="json"),
        }
