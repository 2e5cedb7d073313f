"""How sure Loom is of a finished subtask, as one number and a band: pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TIER1_WEIGHT = 0.3
"""Weight of the share of deterministic checks that passed."""
TIER2_WEIGHT = 0.3
"""Weight of the reviewer's confidence; counts only when a review ran."""
NO_RETRIES_WEIGHT = 0.2
NON_DESTRUCTIVE_WEIGHT = 0.1
TOOL_SUCCESS_WEIGHT = 0.1

HIGH_FROM = 0.8
MEDIUM_FROM = 0.5
LOW_FROM = 0.2


class ConfidenceBand(StrEnum):
    """A confidence in a word."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class ConfidenceFactors:
    """What is known of a subtask when its confidence is worked out."""

    tier1_check_share: float | None = None
    """Deterministic checks that passed over all that ran, 0 to 1; None when tier 1 did not run."""
    tier2_confidence: float | None = None
    """The reviewer's confidence, 0 to 1; None when no review ran."""
    retries: int = 0
    """Attempts after the first one."""
    is_destructive: bool = False
    """Whether it did something that cannot be undone."""
    tool_calls: int = 0
    failed_tool_calls: int = 0
    """Calls that ended in an error; never more than ``tool_calls``."""


def confidence(factors: ConfidenceFactors) -> float:
    """The confidence in a subtask's result, 0 to 1.

    Each factor gives a share between 0 and 1; the result is their weighted mean over the factors
    that are known. Retries give ``1 / (1 + retries)``; a subtask without tool calls leaves the tool
    factor out. Raises ``ValueError`` when a share is outside 0 to 1, a count is negative, or more
    calls failed than were made.
    """
    known = [(weight, share) for weight, share in _weighted_shares(factors) if share is not None]
    total_weight = sum(weight for weight, _ in known)
    return min(1.0, sum(weight * share for weight, share in known) / total_weight)


def weakest(confidences: Sequence[float]) -> float:
    """The confidence in a task: that of its least certain subtask; 0 when there is none."""
    return min(confidences, default=0.0)


def confidence_band(value: float) -> ConfidenceBand:
    """The band of a confidence: high from 0.8, medium from 0.5, low from 0.2, else zero.

    Raises ``ValueError`` when the value is not between 0 and 1.
    """
    _require_share("confidence", value)
    if value >= HIGH_FROM:
        return ConfidenceBand.HIGH
    if value >= MEDIUM_FROM:
        return ConfidenceBand.MEDIUM
    if value >= LOW_FROM:
        return ConfidenceBand.LOW
    return ConfidenceBand.ZERO


def _weighted_shares(factors: ConfidenceFactors) -> list[tuple[float, float | None]]:
    """Each weight with its share; None where the factor is not known."""
    _require_valid(factors)
    return [
        (TIER1_WEIGHT, factors.tier1_check_share),
        (TIER2_WEIGHT, factors.tier2_confidence),
        (NO_RETRIES_WEIGHT, 1.0 / (1 + factors.retries)),
        (NON_DESTRUCTIVE_WEIGHT, 0.0 if factors.is_destructive else 1.0),
        (TOOL_SUCCESS_WEIGHT, _tool_success_share(factors)),
    ]


def _tool_success_share(factors: ConfidenceFactors) -> float | None:
    """Tool calls that succeeded over all; None when there were none."""
    if factors.tool_calls == 0:
        return None
    return 1.0 - factors.failed_tool_calls / factors.tool_calls


def _require_valid(factors: ConfidenceFactors) -> None:
    """Refuse factors that cannot be."""
    for name in ("tier1_check_share", "tier2_confidence"):
        share = getattr(factors, name)
        if share is not None:
            _require_share(name, share)
    if factors.retries < 0 or not 0 <= factors.failed_tool_calls <= factors.tool_calls:
        raise ValueError(
            "counts must be 0 or more, with at most tool_calls failed; got "
            f"{factors.retries} retries, {factors.failed_tool_calls} failed of "
            f"{factors.tool_calls} tool calls"
        )


def _require_share(name: str, value: float) -> None:
    """Refuse a share outside 0 to 1; a NaN is refused too."""
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must be between 0 and 1, got {value}")
