"""How an attempt can end: the outcomes that the runner gives."""

from loom_core.dialects import Complete
from loom_core.errors import (
    BadOutput,
    ContextExceeded,
    ConversationLost,
    ErrorCategory,
    ModelError,
    ModelRefused,
)
from loom_core.types import FailureKind, Outcome, OutcomeStatus


def completed(action: Complete) -> Outcome:
    """The model's claim."""
    return Outcome(status=OutcomeStatus.COMPLETED, summary=action.summary, evidence=action.evidence)


def done_by_checks() -> Outcome:
    """The harness's own claim when every check passes, whatever the model says."""
    return Outcome(status=OutcomeStatus.COMPLETED, summary="Every check passes.")


def blocked(reason: str) -> Outcome:
    """The model says it cannot go on."""
    return Outcome(
        status=OutcomeStatus.BLOCKED,
        reason=reason,
        failure=FailureKind.PLAN,
        category=ErrorCategory.UNKNOWN,
    )


def stalled(reason: str) -> Outcome:
    """A limit was reached."""
    return Outcome(
        status=OutcomeStatus.STALLED,
        reason=reason,
        failure=FailureKind.CAPABILITY,
        category=ErrorCategory.MODEL,
    )


def failed(kind: FailureKind, category: ErrorCategory, reason: str) -> Outcome:
    """The attempt broke."""
    return Outcome(status=OutcomeStatus.FAILED, reason=reason, failure=kind, category=category)


def failed_by_model(error: ModelError) -> Outcome:
    """A model that gave no answer: bad output may be tried again, a dead server may not.

    An attempt whose model is gone is begun anew with the one that has its role now.
    """
    if isinstance(error, BadOutput | ConversationLost):
        return failed(FailureKind.PROTOCOL, ErrorCategory.MODEL, str(error))
    if isinstance(error, ContextExceeded):
        return failed(FailureKind.CAPABILITY, ErrorCategory.MODEL, str(error))
    if isinstance(error, ModelRefused):
        return failed(FailureKind.CAPABILITY, ErrorCategory.SAFETY, str(error))
    return failed(FailureKind.ENVIRONMENT, ErrorCategory.MODEL, str(error))
