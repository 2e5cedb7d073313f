"""When a subtask is sampled, and which of its samples came nearest."""

import pytest

from loom_core.engine.subtask.history import AttemptHistory
from loom_core.engine.subtask.samples import compared, last_samples, may_sample, nearest
from loom_core.errors import ErrorCategory
from loom_core.events import AttemptFailed, SampleSeen
from loom_core.types import Evidence, FailureKind, Outcome, OutcomeStatus, VerdictStatus

PASSED, FAILED = VerdictStatus.PASSED, VerdictStatus.FAILED


def attempt(number, *seen, sample=0, tier=1, category=ErrorCategory.VALIDATION):
    """A failed attempt of which checks saw this."""
    checked = tuple(Evidence(check="c", status=status) for status in seen)
    return AttemptHistory(
        number,
        tier,
        sample,
        outcome=Outcome(status=OutcomeStatus.COMPLETED, checked=checked),
        failure=AttemptFailed(
            reason="wrong", failure=FailureKind.CAPABILITY, category=category, next_step="retry"
        ),
    )


def is_due(*attempts, most=2, has_calls=True):
    return may_sample(attempts, planned_tier=1, max_samples=most, has_calls=has_calls)


def test_what_a_check_saw_fail_is_sampled_as_often_as_allowed():
    before = [attempt(1, FAILED), attempt(2, PASSED, FAILED)]

    assert is_due(*before)
    assert is_due(*before, attempt(3, FAILED, sample=1))
    assert not is_due(*before, attempt(3, FAILED, sample=1), attempt(4, FAILED, sample=2))
    assert not is_due(*before, most=0)
    assert not is_due(*before, has_calls=False)


def test_a_sample_without_checks_does_not_end_the_round():
    assert is_due(attempt(1, FAILED), attempt(2, sample=1, category=ErrorCategory.TIMEOUT))


@pytest.mark.parametrize(
    "last",
    [
        attempt(1, PASSED),
        attempt(1),
        attempt(1, FAILED, tier=2),
        attempt(1, FAILED, category=ErrorCategory.RUNTIME),
        attempt(1, FAILED, category=ErrorCategory.SAFETY),
    ],
    ids=["checks passed", "nothing checked", "stronger model", "out of time", "refused"],
)
def test_what_another_answer_would_not_mend_or_no_check_saw_is_not_sampled(last):
    assert not is_due(last)


def test_the_last_samples_are_those_after_the_last_attempt_that_is_none():
    first, second = attempt(2, sample=1), attempt(3, sample=2)

    assert last_samples([attempt(1), first, second]) == [first, second]
    assert last_samples([attempt(1), first, second, attempt(4, tier=2)]) == []


def test_the_nearest_is_the_first_of_which_most_passed():
    worst, near = attempt(2, FAILED, FAILED, sample=1), attempt(3, PASSED, FAILED, sample=2)
    same = attempt(4, FAILED, PASSED, sample=3)

    assert nearest([worst, near, same]) is near
    assert nearest([]) is None
    assert compared([worst, near], chosen=3).samples == (
        SampleSeen(attempt=2, passed=0, checks=2),
        SampleSeen(attempt=3, passed=1, checks=2),
    )
