import json

import pytest

from loom_core.contracts.provider import ReasoningDelta, TextDelta
from loom_core.errors import BadOutput
from loom_core.settings.shape import ModelSettings
from loom_core.types import FinishReason
from loom_core.wire import Patience
from loom_providers_anthropic import answer as module
from loom_providers_anthropic.answer import AnswerAssembly


def block(index, **start):
    return {"type": "content_block_start", "index": index, "content_block": start}


def delta(index, **piece):
    return {"type": "content_block_delta", "index": index, "delta": piece}


def end(reason="end_turn", **more):
    return {"type": "message_delta", "delta": {"stop_reason": reason, **more}}


def assemble(*events, turn=0):
    assembly = AnswerAssembly(turn)
    items = [item for event in events for item in assembly.add(event)]
    return assembly.response(Patience(ModelSettings(provider="anthropic"))), items


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("tool_use", FinishReason.STOP),  # there is no call
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("refusal", FinishReason.REFUSED),
    ],
)
def test_stop_reasons(word, reason):
    response, _ = assemble(delta(0, type="text_delta", text="x"), end(word))

    assert response.finish_reason is reason


@pytest.mark.parametrize("word", ["pause_turn", "whatever"])
def test_an_unknown_stop_reason_is_no_answer(word):
    with pytest.raises(BadOutput, match=word):
        assemble(delta(0, type="text_delta", text="x"), end(word))


def test_an_answer_without_its_end_is_none():
    with pytest.raises(BadOutput, match="broke off"):
        assemble(block(0, type="text", text="x"), {"type": "message_stop"})


def test_why_it_was_refused_is_the_text():
    details = {"type": "refusal", "category": "cyber", "explanation": "That could harm."}
    response, _ = assemble(end("refusal", stop_details=details))

    assert response.text == "That could harm."


def test_tokens_of_the_cache_are_part_of_the_prompt():
    start = {
        "input_tokens": 10,
        "cache_read_input_tokens": 70,
        "cache_creation_input_tokens": 20,
        "output_tokens": 1,
    }
    response, _ = assemble(
        {"type": "message_start", "message": {"model": "claude", "usage": start}},
        end() | {"usage": {"output_tokens": 5, "input_tokens": None}},
    )

    assert response.model == "claude"
    usage = response.usage
    assert (usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens) == (100, 70, 5)


def test_thoughts_are_kept_with_their_signatures():
    response, items = assemble(
        block(0, type="thinking", thinking="", signature=""),
        delta(0, type="thinking_delta", thinking="h"),
        delta(0, type="thinking_delta", thinking="m"),
        delta(0, type="signature_delta", signature="s1"),
        block(1, type="redacted_thinking", data="xyz"),
        block(2, type="text", text=""),
        delta(2, type="text_delta", text="so"),
        block(3, type="tool_use", id="c1", name="f", input={}),
        end("tool_use"),
    )

    assert items == [ReasoningDelta("h"), ReasoningDelta("m"), TextDelta("so")]
    assert (response.reasoning, response.text) == ("hm", "so")
    assert json.loads(response.signed) == [
        {"type": "thinking", "thinking": "hm", "signature": "s1"},
        {"type": "redacted_thinking", "data": "xyz"},
        {"type": "text", "text": "so"},
        {"type": "tool_use", "id": "c1"},
    ]


def test_thoughts_without_a_signature_do_not_go_back():
    response, _ = assemble(
        block(0, type="thinking", thinking="hm"),
        block(1, type="text", text="so"),
        end("max_tokens"),
    )

    assert json.loads(response.signed) == [{"type": "text", "text": "so"}]


def test_an_answer_without_thoughts_needs_nothing_signed():
    response, _ = assemble(block(0, type="text", text="so"), end())

    assert response.signed == ""


def test_arguments_grow_by_block():
    response, _ = assemble(
        block(0, type="tool_use", id="a", name="f", input={}),
        block(1, type="tool_use", id="b", name="g", input={}),
        delta(1, type="input_json_delta", partial_json='{"y":'),
        delta(0, type="input_json_delta", partial_json='{"x": 1}'),
        delta(1, type="input_json_delta", partial_json="2}"),
        end("tool_use"),
    )

    assert [(call.id, call.arguments) for call in response.tool_calls] == [
        ("a", '{"x": 1}'),
        ("b", '{"y":2}'),
    ]


def test_missing_and_repeated_ids_are_made():
    response, _ = assemble(
        block(0, type="tool_use", id="a", name="f"),
        block(1, type="tool_use", id="a", name="f"),
        block(2, type="tool_use", name="f"),
        end("tool_use"),
        turn=3,
    )

    assert [call.id for call in response.tool_calls] == ["a", "call_3_1", "call_3_2"]
    assert [call.arguments for call in response.tool_calls] == ["{}"] * 3


def test_a_whole_message_is_an_answer_too():
    response, items = assemble(
        {
            "type": "message",
            "model": "m",
            "stop_reason": "tool_use",
            "usage": {"input_tokens": 3},
            "content": [
                {"type": "text", "text": "so"},
                {"type": "tool_use", "id": "a", "name": "f", "input": {"x": "é"}},
            ],
        }
    )

    assert items == [TextDelta("so")]
    assert response.tool_calls[0].arguments == '{"x": "é"}'
    assert response.finish_reason is FinishReason.TOOL_CALLS


def test_a_block_that_begins_twice_is_bad_output():
    with pytest.raises(BadOutput, match="twice"):
        assemble(block(0, type="text", text="x"), block(0, type="text", text="y"), end())


def test_an_endless_answer_is_bad_output(monkeypatch):
    monkeypatch.setattr(module, "_MAX_CHARACTERS", 10)

    with pytest.raises(BadOutput, match="does not end"):
        assemble(delta(0, type="text_delta", text="x" * 20), end())


@pytest.mark.parametrize(
    "event", [{}, {"type": 3}, block("x", type=None), delta(0), delta(0, type="new_delta", new="x")]
)
def test_unknown_events_do_no_harm(event):
    response, items = assemble(event, block(7, type="text", text="so"), end())

    assert response.text == "so"
    assert items == [TextDelta("so")]
