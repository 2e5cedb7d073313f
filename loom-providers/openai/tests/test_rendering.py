import json

import pytest

from loom_core.settings.shape import ModelSettings
from loom_core.types import Image, Message, ModelRequest, Role, Sampling, ToolCall, ToolSpec
from loom_providers_openai.message_texts import MessageTexts
from loom_providers_openai.rendering import LOCAL_SAMPLING, Flavour
from loom_providers_openai.request_body import render_request

TALK = (
    Message(role=Role.SYSTEM, text="Be brief."),
    Message(role=Role.USER, text="héllo"),
    Message(
        role=Role.ASSISTANT,
        reasoning="hm",
        tool_calls=(ToolCall(id="c1", name="f", arguments='{"a":  1.50}'),),
    ),
    Message(role=Role.TOOL, text="done", tool_call_id="c1"),
)


def render(request=None, flavour=None, **settings):
    request = request or ModelRequest(messages=TALK)
    made = ModelSettings(provider="openai", **settings)
    return json.loads(render_request(request, made, "m", flavour or Flavour(), MessageTexts()))


def test_messages_keep_what_the_model_wrote():
    messages = render()["messages"]

    assert messages[0] == {"role": "system", "content": "Be brief."}
    assert messages[2]["tool_calls"][0]["function"]["arguments"] == '{"a":  1.50}'
    assert messages[2]["reasoning_content"] == "hm"
    assert messages[3] == {"role": "tool", "content": "done", "tool_call_id": "c1"}


def test_pictures_are_parts_beside_the_text():
    picture = Image(media_type="image/png", data="AAAA")
    turn = Message(role=Role.USER, text="look", images=(picture,))

    (message,) = render(ModelRequest(messages=(turn,)))["messages"]

    assert message["content"] == [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]


def test_openai_itself_gets_no_unknown_fields():
    body = render(ModelRequest(messages=TALK, max_tokens=5), Flavour(is_official=True))

    assert "reasoning_content" not in body["messages"][2]
    assert body["max_completion_tokens"] == 5
    assert "max_tokens" not in body


def test_nothing_is_sent_that_nobody_asked_for():
    assert set(render()) == {"model", "messages", "stream", "stream_options"}


def test_settings_are_upper_wishes():
    request = ModelRequest(messages=TALK, max_tokens=100, sampling=Sampling(temperature=0.0))
    body = render(request, max_tokens=50, temperature=0.9)

    assert body["max_tokens"] == 50
    assert body["temperature"] == 0.0
    assert render(max_tokens=50, temperature=0.9)["temperature"] == 0.9


@pytest.mark.parametrize(
    ("flavour", "sent"),
    [
        (Flavour(), {"top_k", "min_p", "repeat_penalty", "repetition_penalty"}),
        (Flavour(is_official=True), set()),
        (Flavour(takes_local_sampling=False), set()),
    ],
)
def test_local_sampling_goes_where_it_is_taken(flavour, sent):
    asked = Sampling(top_k=20, min_p=0.0, repetition_penalty=1.05)
    body = render(ModelRequest(messages=TALK, sampling=asked), flavour)

    assert set(LOCAL_SAMPLING) & set(body) == sent


def test_schema_is_portable_and_named():
    schema = {"type": "object", "title": "T", "properties": {"a": {"type": "string"}}}
    body = render(ModelRequest(messages=TALK, answer_schema=schema))

    assert body["response_format"]["json_schema"] == {
        "name": "answer",
        "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
        "strict": True,
    }


def test_schema_is_left_out_where_it_was_refused():
    request = ModelRequest(messages=TALK, answer_schema={"type": "object"})

    assert "response_format" not in render(request, Flavour(takes_schema=False))


def test_same_request_gives_the_same_bytes():
    tool = ToolSpec(name="f", description="d", parameters={"type": "object", "properties": {}})
    request = ModelRequest(messages=TALK, tools=(tool,))
    again = ModelRequest.model_validate_json(request.model_dump_json())
    settings = ModelSettings(provider="openai")

    texts = MessageTexts()
    first = render_request(request, settings, "m", Flavour(), texts)
    assert render_request(again, settings, "m", Flavour(), texts) == first


def test_a_message_is_written_once_and_not_taken_for_another():
    texts = MessageTexts()
    hello = Message(role=Role.USER, text="hello")

    first = texts.of([hello], Flavour())
    other = texts.of([Message(role=Role.USER, text="bye")], Flavour())

    assert texts.of([hello], Flavour()) is first
    assert json.loads(other)["content"] == "bye"


def test_tools_are_written_anew_when_others_are_offered():
    texts = MessageTexts()
    tools = [ToolSpec(name=name, description="d", parameters={}) for name in "fgh"]

    first = texts.of_tools((tools[0], tools[1]))

    assert texts.of_tools((tools[0], tools[1])) is first
    assert [one["function"]["name"] for one in json.loads(f"[{first}]")] == ["f", "g"]
    assert "h" in texts.of_tools((tools[0], tools[2]))
    assert json.loads(texts.of_tools((tools[0],)))["function"]["name"] == "f"


def test_another_flavour_is_another_text():
    texts = MessageTexts()
    thought = Message(role=Role.ASSISTANT, text="a", reasoning="b")

    assert "reasoning_content" in texts.of([thought], Flavour())
    assert "reasoning_content" not in texts.of([thought], Flavour(is_official=True))
