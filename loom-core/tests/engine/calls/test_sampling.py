"""How the tokens of an attempt are chosen."""

import pytest

from loom_core.engine.calls.sampling import sampling_of_attempt
from loom_core.types import Sampling

USUAL = Sampling(temperature=0.7, top_p=0.8, top_k=20)


@pytest.mark.parametrize("attempt", [0, 1])
def test_the_first_attempt_is_as_usual(attempt):
    assert sampling_of_attempt(USUAL, attempt) == USUAL


@pytest.mark.parametrize(("attempt", "temperature"), [(2, 0.7), (3, 0.8), (4, 1.0), (9, 1.0)])
def test_a_retry_is_never_colder_than_usual(attempt, temperature):
    retried = sampling_of_attempt(USUAL, attempt)

    assert (retried.temperature, retried.top_k, retried.seed) == (temperature, 20, attempt)


@pytest.mark.parametrize("attempt", [1, 3])
def test_a_model_that_refuses_to_be_told_is_told_nothing(attempt):
    assert sampling_of_attempt(None, attempt) == Sampling()
