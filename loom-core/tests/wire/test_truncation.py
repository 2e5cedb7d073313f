import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.errors import ContextExceeded
from loom_core.types import Message, ModelRequest, Role, ToolCall
from loom_core.wire import TruncationGuard, least_tokens


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


def test_a_count_below_what_the_text_is_at_least_is_a_cut():
    with pytest.raises(ContextExceeded, match="only 2051 of at least 6000"):
        guard().check_after(12_000, 2051, lambda: 6000)


def test_what_cannot_have_been_cut_is_not_even_counted():
    guard().check_after(4000, 900, lambda: pytest.fail("it fits whatever it is"))


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("", 0),
        ("two words", 2),
        ("x = 12345", 4),
        ("f(a)[0] != b", 7),
        ("0af3", 3),
        ("self.foo.bar(x)", 5),
        ("für naïve người", 3),
        ("snake_case_name", 3),
        ("\u4f60\u597d\u4e16\u754c\u4f60", 2),
        (" \n\t ", 0),
    ],
)
def test_pieces_of_text_are_what_no_token_crosses(text, least):
    call = ToolCall(id="c", name="n", arguments=text)
    turns = (Message(role=Role.USER, text=text), Message(role=Role.ASSISTANT, tool_calls=(call,)))

    assert least_tokens(ModelRequest(messages=turns)) == 2 * least
