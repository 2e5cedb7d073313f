"""What to do after a failed attempt: pure rules over what has been tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from loom_core.errors import ErrorCategory
from loom_core.types import MAX_TIER, FailureKind


class NextStep(StrEnum):
    """What happens after an attempt that did not pass."""

    RETRY = "retry"
    SAMPLE = "sample"
    ESCALATE = "escalate"
    REPLAN = "replan"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Remedy:
    """The next step, and the tier of model for it when it is another attempt."""

    step: NextStep
    tier: int = 0
    sample: int = 0
    """Which sample of one prompt the attempt is, from 1; 0 for none."""


HINTS = {
    ErrorCategory.SYNTAX: "Write the whole file again with correct syntax.",
    ErrorCategory.NOT_FOUND: "Look what is there with list_directory before you name a path.",
    ErrorCategory.PERMISSION: "That is not allowed here. Reach the goal another way.",
    ErrorCategory.SAFETY: "That was refused as unsafe. Reach the goal another way.",
    ErrorCategory.TIMEOUT: "It took too long. Use a smaller step that ends by itself.",
    ErrorCategory.TOOL: "Read the tool's error and change the call; the same call fails again.",
    ErrorCategory.VALIDATION: "Compare what is there with what is asked for, and change just that.",
    ErrorCategory.MODEL: "Answer in the agreed form, with one small step at a time.",
    ErrorCategory.RUNTIME: "Something broke inside. Try a simpler way.",
    ErrorCategory.UNKNOWN: "Try another way.",
}
"""What a retry is told, by the category of what went wrong."""


def remedy_for(
    failures: Sequence[FailureKind],
    *,
    planned_tier: int,
    max_retries: int,
    can_replan: bool,
) -> Remedy:
    """The remedy after the last of these failures.

    A wrong plan is replanned while that is possible. Otherwise the ladder is the planned tier
    twice, the next tier, then the highest; a protocol failure repeats its rung, since a stronger
    model is no remedy for a slip of form. After the last attempt the task is replanned while it
    may be.

    Args:
        failures: why each attempt so far failed, oldest first and without samples; at least one. A
            broken environment is not among them: no attempt can mend it, so the task stops for the user.
        planned_tier: the tier of the first attempt.
        max_retries: attempts allowed after the first.
        can_replan: whether the task has a replan left.
    """
    given_up = Remedy(NextStep.REPLAN if can_replan else NextStep.STOP)
    if len(failures) > max_retries or (failures[-1] is FailureKind.PLAN and can_replan):
        return given_up
    tier = _tier_of_rung(planned_tier, _rung(failures))
    before = _tier_of_rung(planned_tier, _rung(failures[:-1]))
    return Remedy(NextStep.ESCALATE if tier > before else NextStep.RETRY, tier)


def _rung(failures: Sequence[FailureKind]) -> int:
    """How far up the ladder failures of capability have led."""
    return sum(kind is not FailureKind.PROTOCOL for kind in failures)


def _tier_of_rung(planned_tier: int, rung: int) -> int:
    """The tier of a rung: twice as planned, one more, then the highest."""
    ladder = (planned_tier, planned_tier, min(planned_tier + 1, MAX_TIER), MAX_TIER)
    return ladder[min(rung, len(ladder) - 1)]
