"""Calls that models write into their text in the form of their training."""

import json

import pytest

from loom_core.dialects import DIALECTS, ToolAction
from loom_core.dialects.text_calls import MAX_CALLS, calls_in
from loom_core.types import FinishReason, ModelResponse, ToolSpec

WRITE = ToolSpec(
    name="write_file",
    description="Write.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
        "required": ["path", "content"],
    },
)
FORMS = {
    "tagged": '<tool_call>\n{"name": "write_file", "arguments": {"path": "a", "content": "b"}}\n</tool_call>',
    "functions": (
        "I will.\n<tool_call>\n<function=write_file>\n<parameter=path>\na\n</parameter>\n"
        "<parameter=content>\nb\n</parameter>\n</function>\n</tool_call>"
    ),
    "mistral": '[TOOL_CALLS]write_file[ARGS]{"path": "a", "content": "b"}',
    "old mistral": '[TOOL_CALLS] [{"name": "write_file", "arguments": {"path": "a", "content": "b"}}]',
    "harmony": (
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary "
        'to=functions.write_file <|constrain|>json<|message|>{"path": "a", "content": "b"}'
    ),
    "python": "[write_file(path='a', content=\"b\")]",
    "python tag": '<|python_tag|>write_file(path="a", content="b")<|eom_id|>',
    "fenced": '```json\n{"tool": "write_file", "path": "a", "content": "b"}\n```',
    "after thinking": (
        '<think>{"name": "delete_file"}</think>{"name": "write_file", '
        '"parameters": {"path": "a", "content": "b"}}'
    ),
}


def decoded(text):
    response = ModelResponse(text=text, finish_reason=FinishReason.STOP)
    return DIALECTS["native"].decode(response, [WRITE]).actions


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_call_is_read_in_every_form(text):
    (action,) = decoded(text)

    assert isinstance(action, ToolAction)
    assert (action.tool, action.arguments) == ("write_file", {"path": "a", "content": "b"})


@pytest.mark.parametrize("form", ["tagged", "functions", "mistral"])
def test_several_calls_are_read_in_order(form):
    second = FORMS[form].replace('"a"', '"z"').replace("\na\n", "\nz\n")

    actions = decoded(FORMS[form] + "\n" + second)

    assert [action.arguments["path"] for action in actions] == ["a", "z"]
    assert len({action.call_id for action in actions}) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "<tool_call>",
        '<tool_call>{"name": "write_file", "arguments": {"path": "a", "content": "',
        "<function=write_file><parameter=path>a</parameter>",
        '[TOOL_CALLS]write_file[ARGS]{"path": "a", "cont',
        "write_file('a', 'b')",
        "[write_file(path=open('x'))]",
        "print(1)",
        "(" * 5_000 + ")",
        '{"name": "launch_rockets", "arguments": {}}',
        "to=functions.write_file",
    ],
)
def test_what_is_cut_off_or_names_no_tool_is_no_call(text):
    assert decoded(text) == ()


def test_no_more_calls_than_a_bound():
    assert len(calls_in(FORMS["tagged"] * 50)) == MAX_CALLS


@pytest.mark.parametrize(
    "text",
    [
        "write_file(path='a', content={[]:1})",
        "write_file(path='a', content={1, 2})",
        "write_file(path='a', content=b'x')",
        "write_file(path='a', content=1e999)",
        "write_file(**{'path': 'a'})",
    ],
)
def test_values_that_json_has_not_are_no_arguments(text):
    assert decoded(text) == ()


@pytest.mark.parametrize(
    "piece",
    [
        "<function=a>",
        "to=a.a.a.",
        "[TOOL_CALLS]a{",
        "<tool_call>{",
        "<tool_call>{}",
        "to=a<|message|>{",
        "to=a ",
        "<parameter=b>",
    ],
)
def test_a_hostile_text_is_read_in_one_pass(piece):
    """Forms that took 2 to 40 s with regular expressions; the suite's time limit would end those."""
    text = "<function=a>" + piece * (200_000 // len(piece)) + "</function>"

    assert decoded(text) == ()


def test_a_call_in_the_marks_of_another_one_is_data():
    text = json.dumps({"tool": "write_file", "content": '<tool_call>{"name": "a"}</tool_call>'})

    (call,) = calls_in(text)

    assert call.value["tool"] == "write_file"
