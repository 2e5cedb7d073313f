"""When a lesson stands and when it is retired."""

import pytest

from loom_core.learning.judging import Trial, judge
from loom_core.types import PatternState


def trial(uses, helped, others=10, others_completed=5, repeated=0):
    return Trial(uses, helped, others, others_completed, repeated)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        pytest.param(trial(4, 0), PatternState.TRIAL, id="too-few-uses"),
        pytest.param(trial(5, 5, others=2), PatternState.TRIAL, id="nothing-to-compare-with"),
        pytest.param(trial(5, 3), PatternState.STANDING, id="as-good"),
        pytest.param(trial(5, 0), PatternState.RETIRED, id="worse"),
        pytest.param(trial(5, 2), PatternState.STANDING, id="a-little-worse-is-chance"),
        pytest.param(trial(5, 5, repeated=3), PatternState.RETIRED, id="had-to-be-said-again"),
        pytest.param(trial(6, 6, repeated=3), PatternState.STANDING, id="said-again-now-and-then"),
    ],
)
def test_a_lesson_gets_the_state_that_its_outcomes_say(counts, state):
    assert judge(counts, trial_tasks=5) is state
