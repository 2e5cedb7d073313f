import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.errors import BadOutput, ModelError
from loom_core.settings.shape import ModelSettings
from loom_core.types import FinishReason, ModelResponse
from loom_core.wire import Patience
from loom_providers_openai.answer import AnswerAssembly


def assemble(*chunks, is_done=True):
    assembly = AnswerAssembly(turn=0)
    for chunk in chunks:
        assembly.add(chunk)
    assembly.is_done = is_done
    return assembly.response(Patience(ModelSettings(provider="x")))


def chunk(finish=None, **delta):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("max_tokens", FinishReason.LENGTH),
        ("content_filter", FinishReason.REFUSED),
        ("tool_calls", FinishReason.STOP),  # said, but there are none
    ],
)
def test_finish_reasons(word, reason):
    assert assemble(chunk(content="x", finish=word)).finish_reason is reason


def test_stop_with_calls_is_tool_calls_and_length_stays():
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}

    assert assemble(chunk("stop", tool_calls=[call])).finish_reason is FinishReason.TOOL_CALLS
    assert assemble(chunk("length", tool_calls=[call])).finish_reason is FinishReason.LENGTH


@pytest.mark.parametrize("word", ["abort", "error", "cancelled", "unheard_of"])
def test_unknown_reason_is_no_answer(word):
    with pytest.raises(BadOutput, match=word):
        assemble(chunk(content="x", finish=word))


def test_refusal_is_text_and_refused():
    response = assemble(chunk("stop", refusal="I cannot do that."))

    assert response.text == "I cannot do that."
    assert response.finish_reason is FinishReason.REFUSED


def test_broken_off_stream_is_bad_output():
    with pytest.raises(BadOutput, match="broke off"):
        assemble(chunk(content="x"), is_done=False)


def test_finish_reason_without_done_is_complete():
    assert assemble(chunk("stop", content="x"), is_done=False).text == "x"


def test_both_names_of_reasoning():
    response = assemble(chunk(reasoning_content="a"), chunk(reasoning="b"), chunk(content="c"))

    assert (response.reasoning, response.text) == ("ab", "c")


def test_content_as_parts():
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, 3]

    assert assemble(chunk(content=parts)).text == "ab"


def test_usage_of_openai():
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 8},
    }

    got = assemble(chunk(content="x"), {"choices": [], "usage": usage}).usage

    assert (got.prompt_tokens, got.cached_tokens, got.completion_tokens, got.calls) == (10, 8, 3, 1)


def test_usage_of_llama_cpp():
    timings = {"prompt_n": 2, "cache_n": 8, "predicted_n": 3}

    got = assemble(chunk(content="x"), {"choices": [], "timings": timings}).usage

    assert (got.prompt_tokens, got.cached_tokens, got.completion_tokens) == (10, 8, 3)


def test_later_null_usage_does_not_erase_it():
    usage = {"prompt_tokens": 10, "completion_tokens": 3}

    got = assemble({"usage": usage, "choices": []}, {"usage": None, "choices": []}).usage

    assert got.prompt_tokens == 10


def test_cached_tokens_are_never_more_than_the_prompt():
    usage = {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 99}}

    assert assemble({"usage": usage}).usage.cached_tokens == 10


def test_an_answer_without_end_is_bad_output():
    endless = [chunk(content="x" * 1_000_000)] * 20

    with pytest.raises(BadOutput, match="max_tokens"):
        assemble(*endless)


KEYS = ["choices", "delta", "message", "content", "tool_calls", "function", "usage", "index", "id"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSON)))
def test_any_shape_gives_an_answer_or_a_model_error(chunks):
    with contextlib.suppress(ModelError):
        assert isinstance(assemble(*chunks), ModelResponse)
