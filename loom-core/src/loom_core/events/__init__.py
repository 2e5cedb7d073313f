"""The one table of events: everything that happens, in the past tense, with its data.

The stream of events is the journal: ``ToolCallStarted`` is the intent and ``ToolCallFinished`` the
result of a step. State is derived from the stream in the same transaction, and whoever watches
reads the stream and nothing else. Each class is one row of the table: its name is the event's
type, ``version`` counts incompatible changes of its fields.
"""

from loom_core.events.body import EventBody
from loom_core.events.event import Event
from loom_core.events.session import (
    SessionSummarized,
    TurnAnswered,
    TurnFailed,
    TurnInterrupted,
    TurnStarted,
    TurnSteered,
)
from loom_core.events.step import (
    ApprovalDecided,
    ApprovalRequested,
    ChecksRun,
    ConversationCompacted,
    ModelCallFailed,
    ModelCallFinished,
    ModelCallStarted,
    ModelCameBack,
    ModelFailedOver,
    NudgeSent,
    QuestionAnswered,
    QuestionAsked,
    ReplyRepaired,
    StepInDoubt,
    ToolCallDenied,
    ToolCallFinished,
    ToolCallStarted,
)
from loom_core.events.subtask import (
    AttemptFailed,
    AttemptRolledBack,
    ExtractionFailed,
    MemoryExtracted,
    OutcomeReached,
    PromptAssembled,
    SubtaskBlocked,
    SubtaskCompleted,
    SubtaskFailed,
    SubtaskParked,
    SubtaskSkipped,
    SubtaskStalled,
    SubtaskStarted,
    VerdictReached,
)
from loom_core.events.task import (
    HookFailed,
    PlanCreated,
    PlanDegraded,
    PlanningStarted,
    PlanPruned,
    PlanRejected,
    PlanReplaced,
    TaskCancelled,
    TaskClaimed,
    TaskCompleted,
    TaskCreated,
    TaskExecutionStarted,
    TaskFailed,
    TaskPaused,
    TaskWaiting,
)
from loom_core.events.undo import ChangeKey, ChangesRedone, ChangesUndone, UndoStarted

__all__ = [
    "EVENT_TYPES",
    "ApprovalDecided",
    "ApprovalRequested",
    "AttemptFailed",
    "AttemptRolledBack",
    "ChangeKey",
    "ChangesRedone",
    "ChangesUndone",
    "ChecksRun",
    "ConversationCompacted",
    "Event",
    "EventBody",
    "ExtractionFailed",
    "HookFailed",
    "MemoryExtracted",
    "ModelCallFailed",
    "ModelCallFinished",
    "ModelCallStarted",
    "ModelCameBack",
    "ModelFailedOver",
    "NudgeSent",
    "OutcomeReached",
    "PlanCreated",
    "PlanDegraded",
    "PlanPruned",
    "PlanRejected",
    "PlanReplaced",
    "PlanningStarted",
    "PromptAssembled",
    "QuestionAnswered",
    "QuestionAsked",
    "ReplyRepaired",
    "SessionSummarized",
    "StepInDoubt",
    "SubtaskBlocked",
    "SubtaskCompleted",
    "SubtaskFailed",
    "SubtaskParked",
    "SubtaskSkipped",
    "SubtaskStalled",
    "SubtaskStarted",
    "TaskCancelled",
    "TaskClaimed",
    "TaskCompleted",
    "TaskCreated",
    "TaskExecutionStarted",
    "TaskFailed",
    "TaskPaused",
    "TaskWaiting",
    "ToolCallDenied",
    "ToolCallFinished",
    "ToolCallStarted",
    "TurnAnswered",
    "TurnFailed",
    "TurnInterrupted",
    "TurnStarted",
    "TurnSteered",
    "UndoStarted",
    "VerdictReached",
]

EVENT_TYPES: dict[str, type[EventBody]] = {
    body.__name__: body for body in EventBody.__subclasses__()
}
"""Every event by its type; reading a stored event looks its class up here."""
