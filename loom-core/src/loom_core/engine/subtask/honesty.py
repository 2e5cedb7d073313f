"""Outcomes and endings as the harness gives them, whatever an attempt claimed."""

from loom_core.engine.subtask.history import SubtaskHistory
from loom_core.errors import ErrorCategory
from loom_core.events import EventBody, SubtaskBlocked, SubtaskFailed, SubtaskStalled
from loom_core.types import FailureKind, Outcome, OutcomeStatus


def honest_outcome(history: SubtaskHistory) -> Outcome:
    """The last outcome of a subtask that is not completed, with the reason for that."""
    attempt = history.attempts[-1]
    outcome = attempt.outcome or broken(OutcomeStatus.FAILED, "it was never run")
    reason = (history.ending or attempt.failure or outcome).reason
    return outcome.model_copy(update={"status": _honest(outcome.status), "reason": reason})


def unproven(outcome: Outcome, reason: str) -> Outcome:
    """A claim that nobody verified or a human refused, which nobody must take for a result."""
    return outcome.model_copy(update={"status": OutcomeStatus.FAILED, "reason": reason})


def ending_of(outcome: Outcome, reason: str) -> EventBody:
    """The event that ends a subtask which did not complete."""
    if outcome.status is OutcomeStatus.BLOCKED:
        return SubtaskBlocked(reason=reason)
    if outcome.status is OutcomeStatus.STALLED:
        return SubtaskStalled(reason=reason)
    return SubtaskFailed(reason=reason)


def broken(status: OutcomeStatus, reason: str) -> Outcome:
    """An outcome of an attempt that gave none itself."""
    return Outcome(
        status=status,
        reason=reason,
        failure=FailureKind.CAPABILITY,
        category=ErrorCategory.RUNTIME,
    )


def _honest(status: OutcomeStatus) -> OutcomeStatus:
    """A claim of completion that did not pass is a failure."""
    return OutcomeStatus.FAILED if status is OutcomeStatus.COMPLETED else status
