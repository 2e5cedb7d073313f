"""From a request to calls."""

import json

import pytest

from loom_core.calling import FITTING, choose_calls, relevance
from loom_core.types import FinishReason, ModelResponse, ToolSpec

AREA = ToolSpec(
    name="triangle_area",
    description="Compute the area of a triangle.",
    parameters={
        "type": "object",
        "properties": {"base": {"type": "number"}, "height": {"type": "number"}},
        "required": ["base", "height"],
    },
)
TRIAL = ToolSpec(name="calculate_litigation_cost", description="Cost of a lawsuit.", parameters={})
REQUEST = "What is the area of a triangle with base 3 and height 4?"


def answering(text, finish_reason=FinishReason.STOP):
    """A model that gives one answer and keeps what it was asked."""

    async def ask(messages, schema):
        ask.asked.append((messages, schema))
        return ModelResponse(text=text, finish_reason=finish_reason)

    ask.asked = []
    return ask


def calls(*written):
    return json.dumps({"calls": written})


async def test_calls_come_in_order_with_their_arguments():
    one = {"name": "triangle_area", "base": 3, "height": 4}
    ask = answering(calls(one, {**one, "base": 5}))

    chosen = await choose_calls(REQUEST, [AREA], ask)

    assert [json.loads(call.arguments) for call in chosen.calls] == [
        {"base": 3, "height": 4},
        {"base": 5, "height": 4},
    ]
    assert {call.name for call in chosen.calls} == {"triangle_area"}
    ((messages, schema),) = ask.asked
    assert REQUEST in messages[-1].text
    assert "height (number)" in messages[-1].text
    assert schema["properties"]["calls"]["items"]["anyOf"][0]["required"] == [
        "name",
        "base",
        "height",
    ]


async def test_a_request_that_no_function_fits_asks_no_model():
    ask = answering(calls({"name": "calculate_litigation_cost"}))

    chosen = await choose_calls("How many calories does an apple have?", [TRIAL], ask)

    assert (chosen.calls, ask.asked) == ((), [])
    assert "to do with" in chosen.reason


@pytest.mark.parametrize(
    "text",
    ["", "[" * 100_000, "no JSON", "[]", '{"calls": 3}', '{"calls": [3]}', '{"calls": [{"base": 1}]}',
     calls({"name": "delete_everything"})],
)  # fmt: skip
async def test_an_answer_that_breaks_the_schema_calls_nothing(text):
    chosen = await choose_calls(REQUEST, [AREA], answering(text))

    assert chosen.calls == ()
    assert chosen.reason


async def test_an_argument_may_be_called_name():
    pet = ToolSpec(
        name="register_pet",
        description="Register a pet.",
        parameters={"type": "object", "properties": {"name": {"type": "string"}, "age": True}},
    )
    ask = answering(calls({"function_name": "register_pet", "name": "Rex", "age": 3}))

    (call,) = (await choose_calls("Register my pet Rex, aged 3", [pet], ask)).calls

    assert (call.name, json.loads(call.arguments)) == ("register_pet", {"name": "Rex", "age": 3})
    ((messages, _),) = ask.asked
    assert all('"name"' not in turn.text for turn in messages)


async def test_an_answer_that_was_cut_off_calls_nothing():
    whole = calls({"name": "triangle_area", "base": 3, "height": 4})

    chosen = await choose_calls(REQUEST, [AREA], answering(whole, FinishReason.LENGTH))

    assert (chosen.calls, chosen.reason) == ((), "the answer was cut off")


@pytest.mark.parametrize(
    ("request_text", "tool", "fits"),
    [
        (REQUEST, AREA, True),
        ("Compute areas of some triangles", AREA, True),
        ("Fl\u00e4che", AREA, False),
        ("", AREA, False),
        ("What does this litigation cost?", TRIAL, True),
    ],
)
def test_relevance_is_by_words(request_text, tool, fits):
    assert (relevance(request_text, tool) >= FITTING) is fits
