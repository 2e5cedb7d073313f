"""Both ways of writing actions: the same reply always means the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.dialects import (
    DIALECTS,
    ActionResult,
    Blocked,
    Complete,
    JsonActionDialect,
    Malformed,
    NativeDialect,
    ToolAction,
)
from loom_core.types import ModelResponse, Role, ToolCall, ToolSpec

READ = ToolSpec(
    name="read_file",
    description="Read a file.",
    parameters={
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "which file"},
            "line": {"type": "integer", "description": "from where"},
        },
        "required": ["path"],
    },
)
ESSENTIAL = READ.model_copy(update={"name": "peek", "essential": ("path",)})
TOOLS = [READ]
JSON, NATIVE = JsonActionDialect(), NativeDialect()


def from_text(dialect, value, tools=TOOLS):
    text = value if isinstance(value, str) else json.dumps(value)
    return dialect.decode(ModelResponse(text=text), tools)


def from_call(name, arguments, tools=TOOLS):
    call = ToolCall(id="c1", name=name, arguments=arguments)
    return NATIVE.decode(ModelResponse(tool_calls=(call,)), tools)


@pytest.mark.parametrize("dialect", [JSON, NATIVE])
@pytest.mark.parametrize(
    "value",
    [
        {"tool": "read_file", "path": "a"},
        {"name": "read_file", "arguments": {"path": "a"}},
        {"action": "read_file", "action_input": {"path": "a"}},
        {"function": {"name": "read_file", "parameters": {"path": "a"}}},
        {"tool": "ReadFile", "path": "a"},
    ],
)
def test_an_action_in_the_text_is_read_flat_or_nested(dialect, value):
    (action,) = from_text(dialect, value).actions

    assert isinstance(action, ToolAction)
    assert (action.tool, action.arguments) == ("read_file", {"path": "a"})


@pytest.mark.parametrize("dialect", [JSON, NATIVE])
def test_talk_is_no_action(dialect):
    for text in ("", "I would read the file now.", "[1, 2]"):
        assert from_text(dialect, text).actions == ()


@pytest.mark.parametrize("dialect", [JSON, NATIVE])
def test_only_the_first_of_several_actions_in_a_text_counts(dialect):
    text = '{"tool": "read_file", "path": "a"}\n-> invented\n{"tool": "complete", "summary": "x"}'

    (action,) = from_text(dialect, text).actions

    assert isinstance(action, ToolAction)


def test_control_actions_are_read_in_either_dialect():
    complete = {"tool": "complete", "summary": "made it", "evidence": "a.txt"}
    blocked = {"tool": "blocked", "reason": "no door"}

    assert from_text(JSON, complete).actions == (Complete("action", "made it", ("a.txt",)),)
    assert from_text(JSON, blocked).actions == (Blocked("action", "no door"),)
    assert from_call("complete", '{"summary": "x"}').actions == (Complete("c1", "x", ()),)
    assert from_call("blocked", '{"reason": "y"}').actions == (Blocked("c1", "y"),)


def test_blocked_without_a_reason_is_told_what_is_missing():
    (action,) = from_call("blocked", "{}").actions

    assert isinstance(action, Malformed)
    assert "'reason' is missing" in action.problem


def test_a_long_claim_is_shortened_rather_than_refused():
    (action,) = from_text(
        JSON, {"tool": "complete", "summary": "x" * 5000, "evidence": ["y" * 900] * 9}
    ).actions

    assert isinstance(action, Complete)
    assert (len(action.summary), len(action.evidence), len(action.evidence[0])) == (600, 5, 300)


def test_an_object_without_a_tool_is_malformed_in_json_and_talk_in_native():
    (action,) = from_text(JSON, {"path": "a"}).actions

    assert isinstance(action, Malformed)
    assert from_text(NATIVE, {"path": "a"}).actions == ()


def test_an_unknown_tool_is_malformed_with_a_hint_and_the_names():
    (action,) = from_call("peruse_file", "{}").actions

    assert isinstance(action, Malformed)
    assert "no tool 'peruse_file'. Did you mean 'read_file'? Tools: read_file" in action.problem


def test_an_unknown_tool_in_free_text_is_not_taken_for_a_call():
    assert from_text(NATIVE, {"name": "Ada", "age": 36}).actions == ()


def test_arguments_that_are_no_object_are_malformed():
    (action,) = from_call("read_file", "[1]").actions

    assert isinstance(action, Malformed)
    assert action.call_id == "c1"


def test_mending_is_said():
    assert from_call("read_file", "{'path': 'a'}").repairs
    assert from_call("ReadFile", '{"path": "a"}').repairs == (
        "tool name 'ReadFile' read as 'read_file'",
    )
    assert from_call("read_file", '{"path": "a"}').repairs == ()


def test_all_calls_of_a_reply_are_read_in_order():
    calls = tuple(ToolCall(id=f"c{n}", name="read_file", arguments="{}") for n in range(3))

    decoded = NATIVE.decode(ModelResponse(tool_calls=calls, text='{"tool": "complete"}'), TOOLS)

    assert [action.call_id for action in decoded.actions] == ["c0", "c1", "c2"]


def test_results_go_back_the_way_the_calls_came():
    results = [ActionResult("c1", "one"), ActionResult("c2", "two")]

    native = NATIVE.result_messages(results)
    (spoken,) = JSON.result_messages(results)

    assert [(m.role, m.tool_call_id, m.text) for m in native] == [
        (Role.TOOL, "c1", "one"),
        (Role.TOOL, "c2", "two"),
    ]
    assert (spoken.role, spoken.text) == (Role.USER, "one\n\ntwo")


def test_the_result_of_a_rescued_call_is_spoken_since_the_server_knows_no_id():
    (action,) = from_text(NATIVE, {"tool": "read_file", "path": "a"}).actions

    (message,) = NATIVE.result_messages([ActionResult(action.call_id, "text")])

    assert message.role is Role.USER


def test_the_schema_decides_the_tool_first_and_knows_no_other():
    schema = JSON.answer_schema([READ, ESSENTIAL])

    branches = {branch["properties"]["tool"]["const"]: branch for branch in schema["anyOf"]}
    assert list(branches) == ["read_file", "peek", "complete", "blocked"]
    assert all(next(iter(branch["properties"])) == "tool" for branch in branches.values())
    assert branches["read_file"]["required"] == ["tool", "path"]
    assert list(branches["peek"]["properties"]) == ["tool", "path"]
    assert "description" not in json.dumps(schema)


def test_while_a_check_fails_the_schema_does_not_offer_to_end():
    schema = JSON.answer_schema(TOOLS, may_end=False)

    assert [b["properties"]["tool"]["const"] for b in schema["anyOf"]] == ["read_file"]


def test_the_prompt_shows_what_the_schema_takes():
    described = JSON.describe_tools([READ, ESSENTIAL])

    for branch in JSON.answer_schema([READ, ESSENTIAL])["anyOf"]:
        assert f'"tool": "{branch["properties"]["tool"]["const"]}"' in described
    assert "optional: line" in described
    assert NATIVE.describe_tools(TOOLS) == ""
    assert [tool.name for tool in NATIVE.request_tools(TOOLS)] == [
        "read_file",
        "complete",
        "blocked",
    ]


@pytest.mark.parametrize("name", list(DIALECTS))
@given(text=st.text(alphabet='{}[]":,abctol_ \n\\', max_size=80))
def test_no_reply_makes_decoding_raise(name, text):
    response = ModelResponse(
        text=text, tool_calls=(ToolCall(id="c", name=text[:9], arguments=text),)
    )

    DIALECTS[name].decode(response, TOOLS)
    DIALECTS[name].decode(ModelResponse(text=text), TOOLS)
