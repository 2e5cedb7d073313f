import json

import pytest

from loom_core.settings.shape import ModelSettings
from loom_core.types import Image, Message, ModelRequest, Role, Sampling, ToolCall, ToolSpec
from loom_providers_anthropic.request_body import Enforcement, render_request

CALL = ToolCall(id="c1", name="f", arguments='{"a":  1.50}')
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "s1"}
HIDDEN = {"type": "redacted_thinking", "data": "xyz"}
START = (Message(role=Role.SYSTEM, text="Be brief."), Message(role=Role.USER, text="héllo"))


def render(*messages, enforcement=None, longest=1000, settings=None, **request):
    made = ModelRequest(messages=(*START, *messages), **request)
    model = ModelSettings(provider="anthropic", model="m", **(settings or {}))
    return render_request(made, model, longest, enforcement or Enforcement())


def said(**fields):
    return Message(role=Role.ASSISTANT, **fields)


def tool(**properties):
    required = [name for name, schema in properties.items() if not schema.pop("optional", False)]
    schema = {"type": "object", "properties": properties, "required": required}
    return ToolSpec(name="f", description="does f", parameters=schema)


def test_the_end_of_the_system_and_of_the_request_are_marked_for_the_cache():
    body = render()

    mark = {"type": "ephemeral"}
    assert body["system"] == [{"type": "text", "text": "Be brief.", "cache_control": mark}]
    assert body["cache_control"] == mark
    assert "cache_control" not in json.dumps(body["messages"])  # turns keep their bytes


def test_nothing_is_sent_that_the_api_has_given_up():
    body = render(
        sampling=Sampling(temperature=0.1, top_p=0.5, seed=3), settings={"temperature": 1}
    )

    assert set(body) == {"model", "max_tokens", "cache_control", "system", "messages"}


def test_a_call_and_its_result():
    result = Message(role=Role.TOOL, text="done", tool_call_id="c1")

    _, call, answer = render(said(tool_calls=(CALL,)), result)["messages"]

    assert call["content"] == [{"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1.5}}]
    text = [{"type": "text", "text": "done"}]
    assert answer == {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "c1", "content": text}],
    }


def test_arguments_that_are_no_object_and_foreign_ids_are_made_to_fit():
    call = ToolCall(id="functions.f:0", name="f", arguments='{"a": ')
    answer = Message(role=Role.TOOL, text="Error", tool_call_id="functions.f:0")

    _, turn, result = render(said(tool_calls=(call,)), answer)["messages"]

    assert turn["content"][0]["input"] == {"not_an_object": '{"a": '}
    assert turn["content"][0]["id"] == result["content"][0]["tool_use_id"] == "functions_f_0"


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.USER, Role.TOOL])
def test_an_empty_turn_says_so(role):
    turn = render(Message(role=role, text=" \n", tool_call_id="c1"))["messages"][-1]

    assert "(nothing)" in json.dumps(turn)


def test_pictures_go_beside_the_text():
    picture = Image(media_type="image/png", data="AAAA")

    turn = render(Message(role=Role.USER, text="look", images=(picture,)))["messages"][-1]

    source = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
    assert turn["content"][1] == {"type": "image", "source": source}


def test_signed_blocks_go_back_in_their_places():
    later = {"type": "thinking", "thinking": "and", "signature": "s2"}
    signed = [
        THOUGHT,
        {"type": "text", "text": "so"},
        HIDDEN,
        later,
        {"type": "tool_use", "id": "c1"},
    ]

    turn = said(text="so", tool_calls=(CALL,), signed=json.dumps(signed))
    content = render(turn)["messages"][-1]["content"]

    assert content[:4] == signed[:4]
    assert content[4]["input"] == {"a": 1.5}


def test_signed_thoughts_lead_a_turn_that_was_changed_since():
    signed = json.dumps([{"type": "text", "text": "so"}, THOUGHT, {"type": "tool_use", "id": "c1"}])

    turn = said(text="other", signed=signed)
    content = render(turn)["messages"][-1]["content"]

    assert content == [THOUGHT, {"type": "text", "text": "other"}]


def test_a_turn_of_thoughts_alone_does_not_end_with_them():
    turn = said(signed=json.dumps([THOUGHT]))

    assert render(turn)["messages"][-1]["content"] == [{"type": "text", "text": "(nothing)"}]


def test_arguments_are_enforced_where_all_have_to_be_given():
    strict = tool(path={"type": "string", "maxLength": 9}, mode={"enum": ["r", "w"]})
    (rendered,) = render(tools=(strict,))["tools"]

    assert rendered["strict"] is True
    schema = rendered["input_schema"]
    assert schema["additionalProperties"] is False
    assert "maxLength" not in schema["properties"]["path"]
    assert "maxLength: 9" in schema["properties"]["path"]["description"]


@pytest.mark.parametrize(
    "loose",
    [
        tool(path={"type": "string", "optional": True}),
        tool(data={"type": "object"}),
        tool(anything={}),
        tool(parts={"type": "array", "items": {"type": "object", "additionalProperties": True}}),
    ],
)
def test_arguments_that_cannot_be_enforced_go_as_they_are(loose):
    (rendered,) = render(tools=(loose,))["tools"]

    assert "strict" not in rendered
    assert rendered["input_schema"] == loose.parameters


def test_too_many_strict_tools_are_none():
    many = tuple(tool(path={"type": "string"}) for _ in range(21))

    assert all("strict" not in rendered for rendered in render(tools=many)["tools"])


def test_what_was_refused_is_not_enforced_again():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    request = {"tools": (tool(path={"type": "string"}),), "answer_schema": schema}

    body = render(enforcement=Enforcement(answer=False, tools=False), **request)

    assert "output_config" not in body
    assert "strict" not in body["tools"][0]
    assert "output_config" in render(**request)


@pytest.mark.parametrize(
    ("asked", "setting", "sent"),
    [(None, None, 1000), (10, None, 10), (10, 5, 5), (5000, None, 1000)],
)
def test_the_smallest_bound_of_an_answer_is_sent(asked, setting, sent):
    assert render(max_tokens=asked, settings={"max_tokens": setting})["max_tokens"] == sent
