import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role, Sampling, ToolCall
from loom_providers_ollama.answer import AnswerAssembly
from loom_providers_ollama.rendering import render_messages, render_request


def calling(arguments):
    call = ToolCall(id="c1", name="f", arguments=arguments)
    return Message(role=Role.ASSISTANT, tool_calls=(call,))


def render(request, **settings):
    made = ModelSettings(provider="ollama", model="m", **settings)
    return json.loads(render_request(request, made, 4096))


def test_sampling_goes_under_the_names_of_ollama():
    asked = Sampling(temperature=0.7, top_p=0.8, top_k=20, min_p=0.0, repetition_penalty=1.05)

    options = render(ModelRequest(messages=(), sampling=asked))["options"]

    assert options == {
        "num_ctx": 4096,
        "temperature": 0.7,
        "top_p": 0.8,
        "top_k": 20,
        "min_p": 0.0,
        "repeat_penalty": 1.05,
    }


def test_window_goes_with_every_request_and_nothing_unasked():
    body = render(ModelRequest(messages=(Message(role=Role.USER, text="hi"),)))

    assert body["options"] == {"num_ctx": 4096}
    assert body["keep_alive"] == "30m"
    assert set(body) == {"model", "messages", "options", "keep_alive", "stream"}


def test_schema_is_the_format():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    body = render(ModelRequest(messages=(), answer_schema=schema, max_tokens=9), max_tokens=5)

    assert body["format"] == schema
    assert body["options"]["num_predict"] == 5


def test_result_names_the_tool_of_its_call():
    result = Message(role=Role.TOOL, text="done", tool_call_id="c1")
    rendered = render_messages((calling('{"a": 1}'), result))

    assert rendered[0]["tool_calls"] == [{"function": {"name": "f", "arguments": {"a": 1}}}]
    assert rendered[1] == {"role": "tool", "content": "done", "tool_name": "f"}


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', "null", "{} {}"])
def test_arguments_that_are_no_object_are_kept_visibly(text):
    (message,) = render_messages((calling(text),))

    assert message["tool_calls"][0]["function"]["arguments"] == {"not_an_object": text}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON))
def test_arguments_go_there_and_back_unchanged(arguments):
    assembly = AnswerAssembly(turn=0)
    sent = json.loads(
        json.dumps({"tool_calls": [{"function": {"name": "f", "arguments": arguments}}]})
    )
    assembly.add({"message": sent})

    text = assembly._calls[0].arguments
    (again,) = render_messages((calling(text),))

    assert json.loads(text) == arguments
    function = again["tool_calls"][0]["function"]
    assert json.dumps(function["arguments"], ensure_ascii=False) == text
