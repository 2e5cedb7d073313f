"""What follows a failed attempt."""

import pytest

from loom_core.engine.subtask.retry import HINTS, NextStep, Remedy, remedy_for
from loom_core.errors import ErrorCategory
from loom_core.types import FailureKind

CAPABILITY, PROTOCOL, PLAN = FailureKind.CAPABILITY, FailureKind.PROTOCOL, FailureKind.PLAN


def after(*failures, tier=1, retries=3, can_replan=False):
    return remedy_for(failures, planned_tier=tier, max_retries=retries, can_replan=can_replan)


@pytest.mark.parametrize(
    ("failures", "remedy"),
    [
        (1, Remedy(NextStep.RETRY, 1)),
        (2, Remedy(NextStep.ESCALATE, 2)),
        (3, Remedy(NextStep.ESCALATE, 3)),
        (4, Remedy(NextStep.STOP)),
    ],
)
def test_the_ladder_is_twice_as_planned_then_one_more_then_the_highest(failures, remedy):
    assert after(*[CAPABILITY] * failures) == remedy


def test_the_highest_tier_cannot_escalate():
    assert [after(*[CAPABILITY] * n, tier=3) for n in (1, 2, 3)] == [Remedy(NextStep.RETRY, 3)] * 3


def test_a_slip_of_form_repeats_its_rung():
    assert after(PROTOCOL, PROTOCOL, PROTOCOL) == Remedy(NextStep.RETRY, 1)
    assert after(CAPABILITY, CAPABILITY, PROTOCOL) == Remedy(NextStep.RETRY, 2)


def test_a_wrong_plan_is_replanned_at_once_while_that_is_possible():
    assert after(PLAN, can_replan=True).step is NextStep.REPLAN
    assert after(PLAN, can_replan=False) == Remedy(NextStep.RETRY, 1)


def test_after_the_last_attempt_the_task_is_replanned_or_given_up():
    assert after(*[CAPABILITY] * 4, can_replan=True).step is NextStep.REPLAN
    assert after(*[CAPABILITY] * 4, can_replan=False).step is NextStep.STOP
    assert after(CAPABILITY, retries=0).step is NextStep.STOP


@pytest.mark.parametrize("category", list(ErrorCategory))
def test_every_category_has_a_hint(category):
    assert HINTS[category].endswith(".")
