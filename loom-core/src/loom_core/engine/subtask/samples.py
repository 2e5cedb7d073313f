"""Best of several samples: pure rules for when a subtask is sampled, and which sample came nearest.

A sample is an attempt that begins with the very prompt of the samples before it, differs from them by
chance alone, and is taken back like any failed attempt before the next. Checks choose: the first whose
verdict passes is the result, and what is left of the others is how near they came.
"""

from collections.abc import Sequence
from itertools import takewhile

from loom_core.engine.subtask.history import AttemptHistory
from loom_core.errors import ErrorCategory
from loom_core.events import SamplesCompared, SampleSeen
from loom_core.types import VerdictStatus

_OF_THE_RESULT = frozenset({ErrorCategory.VALIDATION, ErrorCategory.MODEL})
"""Failures that another sample may not have; time that ran out and refusals come again."""


def may_sample(
    attempts: Sequence[AttemptHistory], *, planned_tier: int, max_samples: int, has_calls: bool
) -> bool:
    """Whether another sample is due before a stronger model is asked.

    Only a failure that a check of the subtask saw can be told from a success without a judge. Only
    the planned tier is sampled: that is the cheap one, and each tier above has its own attempts.

    Args:
        attempts: of the subtask, oldest first; the last of them failed.
        planned_tier: the tier of the first attempt.
        max_samples: samples of one subtask under one plan.
        has_calls: whether there are enough calls of models left for it.
    """
    made = last_samples(attempts)
    tried = attempts[: len(attempts) - len(made)]
    if not tried or not has_calls or len(made) >= max_samples:
        return False
    last = tried[-1]
    return last.tier == planned_tier and _was_seen_to_fail(last)


def last_samples(attempts: Sequence[AttemptHistory]) -> list[AttemptHistory]:
    """The samples that were made last, oldest first; none when the last attempt was no sample."""
    last = list(takewhile(lambda attempt: attempt.sample, reversed(attempts)))
    return last[::-1]


def compared(samples: Sequence[AttemptHistory], *, chosen: int = 0) -> SamplesCompared:
    """What checks said of the samples, and which of them is the result; 0 when none is."""
    return SamplesCompared(
        samples=tuple(
            SampleSeen(attempt=one.number, passed=_passed(one), checks=_checks(one))
            for one in samples
        ),
        chosen=chosen,
    )


def nearest(samples: Sequence[AttemptHistory]) -> AttemptHistory | None:
    """The failed sample of which most checks passed, the first of several; None without samples."""
    return max(
        (one for one in samples if one.failure),
        key=lambda one: _passed(one) / max(_checks(one), 1),
        default=None,
    )


def _was_seen_to_fail(attempt: AttemptHistory) -> bool:
    """Whether an attempt failed by its result, and a check saw it."""
    failure, outcome = attempt.failure, attempt.outcome
    return (
        failure is not None
        and failure.category in _OF_THE_RESULT
        and outcome is not None
        and any(one.status is VerdictStatus.FAILED for one in outcome.checked)
    )


def _passed(attempt: AttemptHistory) -> int:
    """How many of its checks passed when they ran last."""
    seen = attempt.outcome.checked if attempt.outcome else ()
    return sum(one.status is VerdictStatus.PASSED for one in seen)


def _checks(attempt: AttemptHistory) -> int:
    """How many checks ran last."""
    return len(attempt.outcome.checked) if attempt.outcome else 0
