"""What happens inside an attempt: calls of models and tools, checks, approvals."""

from typing import Literal

from pydantic import JsonValue

from loom_core.events.body import EventBody
from loom_core.types import (
    ApprovalScope,
    Evidence,
    FileChange,
    ModelResponse,
    ModelRole,
    ToolResult,
)

_PURE = "pure"
"""The recovery class of tools that change nothing."""


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


class ModelFailedOver(EventBody):
    """Another model does the work of one that cannot be used now; told once, until that changes."""

    role: ModelRole
    model: str
    """The one that is asked from now on."""
    instead_of: str
    reason: str
    """What is wrong with the other one."""
    error: str = ""
    """Name of the error class; empty when that model is not configured any more."""


class ModelCameBack(EventBody):
    """A model that others stood in for does its own work again."""

    role: ModelRole
    model: str


class ConversationCompacted(EventBody):
    """A conversation was made shorter to fit the window: the next request begins anew."""

    step: int
    """The last step before it."""
    way: Literal["stubs", "summary"]
    """Long results became stubs that can be read back, or older turns became a summary."""
    is_refused: bool
    """Whether the server had refused the conversation as too long."""
    tokens_before: int
    tokens_after: int
    """Both estimated."""
    results: tuple[str, ...] = ()
    """SHA-256 of the results that became stubs now, shortened as the stubs name them."""


class ReplyRepaired(EventBody):
    """An answer was not in the agreed form and could be read all the same."""

    step: int
    repairs: tuple[str, ...]


class NudgeSent(EventBody):
    """The harness answered in place of a tool: a correction, a nudge, or a notice of repetition."""

    step: int
    text: str


class InstructionDelivered(EventBody):
    """What the user said stands at the tail of the next request; once in each attempt."""

    step: int
    """The step that follows."""
    given_at: int
    """Sequence of the ``InstructionGiven`` event."""
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
    """Recovery class of the call: pure, content, keyed or unknown."""
    intent: dict[str, JsonValue] = {}
    """What a probe needs to tell whether it happened, such as the hashes before and after."""
    unkept: tuple[str, ...] = ()
    """Files that undo could not restore if the call changed them, where no call said so before."""

    @property
    def has_effect(self) -> bool:
        """Whether the call can change anything."""
        return self.recovery != _PURE


class ToolCallFinished(EventBody):
    """The result of a tool call."""

    step: int
    call_id: str
    tool: str
    result: ToolResult
    recovery: str = _PURE
    """Recovery class of the call."""

    @property
    def has_effect(self) -> bool:
        """Whether the call can have changed anything."""
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
    changes: tuple[FileChange, ...] = ()
    """What is different in the workspace from just before the call."""


class ApprovalRequested(EventBody):
    """A gated action or a parked subtask waits for a human."""

    approval_id: str
    what: str
    """The exact command, diff or question."""
    reason: str
    tool: str = ""
    """Empty when it is no call that waits."""
    target: str = ""
    """What a yes may cover beside this call; empty when nothing."""
    digest: str = ""
    """SHA-256 of the call, of which ``what`` shows everything that matters."""


class ApprovalDecided(EventBody):
    """A human, or whoever stands for one, answered."""

    approval_id: str
    approved: bool
    by: str
    reason: str = ""
    scope: ApprovalScope = ApprovalScope.ONCE
    """What the yes covers."""


class QuestionAsked(EventBody):
    """A subtask waits for an answer of the user."""

    question_id: str
    question: str
    options: tuple[str, ...] = ()


class QuestionAnswered(EventBody):
    """The user answered."""

    question_id: str
    answer: str
    by: str
