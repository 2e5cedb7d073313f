import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.errors import ContextExceeded
from loom_core.wire import TruncationGuard


def guard(num_ctx=4096):
    return TruncationGuard("qwen", num_ctx, server="Ollama")


def test_a_prompt_that_cannot_fit_is_not_sent():
    with pytest.raises(ContextExceeded, match="context_window"):
        guard().check_before(4096 * 7 + 7)


def test_a_prompt_that_may_fit_is_sent():
    guard().check_before(4096 * 4)


def test_a_count_far_below_the_prompt_is_a_cut():
    with pytest.raises(ContextExceeded, match="only 2051"):
        guard().check_after(63_000, 2051)


def test_a_full_window_is_a_cut():
    with pytest.raises(ContextExceeded):
        guard().check_after(4000, 4096)


@pytest.mark.parametrize(("size", "count"), [(400, 90), (400, 3), (12_000, 3100), (16_000, 3900)])
def test_a_count_that_fits_is_none(size, count):
    guard().check_after(size, count)


def test_no_count_tells_nothing():
    guard().check_after(1_000_000, None)


def test_what_was_counted_corrects_the_estimate():
    learning = guard()
    learning.check_after(3000, 1000)

    assert learning.estimate(6000) == 2000
    with pytest.raises(ContextExceeded):
        learning.check_before(3 * 4097)


def test_an_odd_count_is_not_learned():
    learning = guard()
    learning.check_after(150, 11)  # 13 bytes a token: hardly more than the frame of a short prompt

    assert learning.estimate(4000) == 1000


@given(st.integers(0, 3_000), st.integers(1, 3_000))
def test_small_prompts_are_never_refused(size, count):
    watching = guard(num_ctx=8192)
    watching.check_before(size)
    watching.check_after(size, count)
