"""Asking a human before a subtask is given up: what a yes means depends on what there is."""

from loom_core.engine.scope import TaskScope
from loom_core.engine.subtask.history import AttemptHistory
from loom_core.events import SubtaskParked
from loom_core.types import OutcomeStatus

_ACCEPT = "yes accepts the result as it is, no gives it up"
_AGAIN = "yes gives it another round of attempts and tells them your reason, no gives it up"


def asks_human(scope: TaskScope) -> bool:
    """Whether a human is asked before a subtask is given up."""
    when = scope.settings.execution.flag_for_human
    return when == "always" or (when == "attended" and scope.ask_human is not None)


def flag_of(subtask_id: str, last: AttemptHistory, reason: str) -> SubtaskParked:
    """The request for a subtask whose attempts and new plans are used up.

    What claims to be done may be right all the same, since a check may be wrong: a human can accept
    it. Where nothing claims that, only another round can help, with what the human did or says.
    """
    is_claimed = bool(last.outcome and last.outcome.status is OutcomeStatus.COMPLETED)
    meaning = _ACCEPT if is_claimed else _AGAIN
    return SubtaskParked(
        reason=f"attempts and new plans are used up ({meaning}): {reason}",
        approval_id=f"{subtask_id}-{last.number}",
        renews=not is_claimed,
    )
