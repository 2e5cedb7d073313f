import pytest
from tiny_model import make_entry

from loom_core.errors import RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role, Sampling, ToolCall, ToolSpec
from loom_providers_llamacpp.chat_request import chat_body

PROFILE = make_entry().profile


def body(request=None, *, profile=PROFILE, window=1000, **settings):
    asked = request or ModelRequest(messages=(Message(role=Role.USER, text="hi"),))
    return chat_body(asked, ModelSettings(provider="llamacpp", **settings), profile, window)


def test_roles_texts_and_calls_are_sent_and_thoughts_are_not():
    call = ToolCall(id="1", name="read_file", arguments='{"path": "a"}')
    messages = (
        Message(role=Role.SYSTEM, text="rules"),
        Message(role=Role.ASSISTANT, text="well", reasoning="secret", tool_calls=(call,)),
        Message(role=Role.TOOL, text="content", tool_call_id="1"),
    )

    sent = body(ModelRequest(messages=messages))["messages"]

    assert [turn["role"] for turn in sent] == ["system", "assistant", "tool"]
    assert sent[1]["tool_calls"][0]["function"]["arguments"] == '{"path": "a"}'
    assert sent[2]["tool_call_id"] == "1"
    assert "secret" not in str(sent)


def test_longer_conversation_begins_with_the_shorter_one():
    first = ModelRequest(messages=(Message(role=Role.USER, text="a"),))
    second = ModelRequest(messages=(*first.messages, Message(role=Role.ASSISTANT, text="b")))

    assert body(second)["messages"][:1] == body(first)["messages"]


def test_answer_is_bounded_by_window_settings_and_request():
    asked = ModelRequest(messages=(), max_tokens=300)

    assert body()["max_tokens"] == 600
    assert body(profile=None)["max_tokens"] == 1000
    assert body(max_tokens=900)["max_tokens"] == 900
    assert body(max_tokens=200)["max_tokens"] == 200
    assert body(asked)["max_tokens"] == 300
    assert body(asked, max_tokens=200)["max_tokens"] == 200
    assert body(asked, window=100)["max_tokens"] == 100


def test_profile_samples_unless_the_request_says_otherwise():
    asked = ModelRequest(messages=(), sampling=Sampling(temperature=0.0, seed=3))

    assert {"temperature": 0.3, "top_p": 0.9, "top_k": 30}.items() <= body().items()
    assert body(asked)["temperature"] == 0.0
    assert body(asked)["seed"] == 3


def test_sampling_of_the_request_wins_over_the_catalogue():
    asked = Sampling(top_k=0, min_p=0.1, repetition_penalty=1.1)
    sent = body(ModelRequest(messages=(), sampling=asked))

    assert {"top_k": 0, "min_p": 0.1, "repeat_penalty": 1.1}.items() <= sent.items()


def test_temperature_of_the_settings_is_a_cap():
    assert body(temperature=0.1)["temperature"] == 0.1
    assert body(temperature=1.5)["temperature"] == 0.3
    assert body(profile=None, temperature=1.5)["temperature"] == 1.5


def test_file_without_a_profile_leaves_sampling_to_llama_cpp():
    assert not {"temperature", "top_p", "top_k", "seed"} & set(body(profile=None))


def test_schema_becomes_the_response_format():
    asked = ModelRequest(messages=(), answer_schema={"type": "object", "properties": {}})

    sent = body(asked)["response_format"]

    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["schema"] == {"type": "object", "properties": {}}


def test_native_tools_are_refused_with_the_remedy():
    tool = ToolSpec(name="a", description="b", parameters={"type": "object"})

    with pytest.raises(RequestRejected, match="json_action"):
        body(ModelRequest(messages=(), tools=(tool,)))
