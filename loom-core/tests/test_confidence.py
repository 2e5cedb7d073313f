"""The confidence formula and its bands."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.confidence import (
    ConfidenceBand,
    ConfidenceFactors,
    confidence,
    confidence_band,
    weakest,
)


def test_everything_right_is_one():
    factors = ConfidenceFactors(tier1_check_share=1.0, tier2_confidence=1.0, tool_calls=4)

    assert confidence(factors) == 1.0


def test_everything_wrong_is_near_zero():
    factors = ConfidenceFactors(
        tier1_check_share=0.0,
        tier2_confidence=0.0,
        retries=9,
        is_destructive=True,
        tool_calls=3,
        failed_tool_calls=3,
    )

    assert confidence(factors) == pytest.approx(0.02)


def test_each_weight_counts_as_designed():
    best = ConfidenceFactors(tier1_check_share=1.0, tier2_confidence=1.0, tool_calls=2)

    assert confidence(
        ConfidenceFactors(tier1_check_share=0.0, tier2_confidence=1.0, tool_calls=2)
    ) == pytest.approx(0.7)
    assert confidence(
        ConfidenceFactors(tier1_check_share=1.0, tier2_confidence=0.0, tool_calls=2)
    ) == pytest.approx(0.7)
    assert confidence(
        ConfidenceFactors(tier1_check_share=1.0, tier2_confidence=1.0, retries=1, tool_calls=2)
    ) == pytest.approx(0.9)
    assert confidence(
        ConfidenceFactors(
            tier1_check_share=1.0, tier2_confidence=1.0, is_destructive=True, tool_calls=2
        )
    ) == pytest.approx(0.9)
    assert confidence(
        ConfidenceFactors(
            tier1_check_share=1.0, tier2_confidence=1.0, tool_calls=2, failed_tool_calls=1
        )
    ) == pytest.approx(0.95)
    assert confidence(best) == 1.0


def test_a_review_that_did_not_run_is_left_out():
    factors = ConfidenceFactors(tier1_check_share=0.5, tool_calls=1)

    assert confidence(factors) == pytest.approx((0.15 + 0.2 + 0.1 + 0.1) / 0.7)


def test_a_subtask_without_tool_calls_leaves_that_factor_out():
    factors = ConfidenceFactors(tier1_check_share=0.0, tier2_confidence=0.0)

    assert confidence(factors) == pytest.approx(0.3 / 0.9)


@pytest.mark.parametrize(
    ("value", "band"),
    [
        (1.0, ConfidenceBand.HIGH),
        (0.8, ConfidenceBand.HIGH),
        (math.nextafter(0.8, 0), ConfidenceBand.MEDIUM),
        (0.5, ConfidenceBand.MEDIUM),
        (math.nextafter(0.5, 0), ConfidenceBand.LOW),
        (0.2, ConfidenceBand.LOW),
        (math.nextafter(0.2, 0), ConfidenceBand.ZERO),
        (0.0, ConfidenceBand.ZERO),
    ],
)
def test_bands_begin_where_the_design_says(value: float, band: ConfidenceBand):
    assert confidence_band(value) is band


@pytest.mark.parametrize("value", [-0.01, 1.01, math.nan, math.inf])
def test_a_confidence_outside_zero_to_one_has_no_band(value: float):
    with pytest.raises(ValueError, match="between 0 and 1"):
        confidence_band(value)


@pytest.mark.parametrize(
    "factors",
    [
        ConfidenceFactors(tier1_check_share=1.2),
        ConfidenceFactors(tier2_confidence=math.nan),
        ConfidenceFactors(retries=-1),
        ConfidenceFactors(tool_calls=-1),
        ConfidenceFactors(tool_calls=1, failed_tool_calls=2),
        ConfidenceFactors(tool_calls=1, failed_tool_calls=-1),
    ],
)
def test_impossible_factors_are_refused(factors: ConfidenceFactors):
    with pytest.raises(ValueError, match="must be"):
        confidence(factors)


def test_a_task_is_as_sure_as_its_weakest_subtask():
    assert weakest([0.9, 0.4, 1.0]) == 0.4
    assert weakest([]) == 0.0


shares = st.none() | st.floats(min_value=0.0, max_value=1.0)


@given(
    tier1=shares,
    tier2=shares,
    retries=st.integers(0, 50),
    is_destructive=st.booleans(),
    calls=st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted),
)
def test_it_is_always_between_zero_and_one_and_falls_with_retries(
    tier1, tier2, retries, is_destructive, calls
):
    def with_retries(count: int) -> float:
        return confidence(
            ConfidenceFactors(tier1, tier2, count, is_destructive, calls[1], calls[0])
        )

    assert 0.0 <= with_retries(retries) <= 1.0
    assert with_retries(retries + 1) < with_retries(retries)
