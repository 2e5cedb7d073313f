"""A tool's name first, then its arguments."""

import json

import pytest

from loom_core.dialects import (
    Complete,
    Malformed,
    ReplyForm,
    ToolAction,
    ToolChosen,
    TwoStageDialect,
)
from loom_core.types import ModelResponse, ToolSpec

READ = ToolSpec(
    name="read_file",
    description="Show a file.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string", "description": "which file"}},
        "required": ["path"],
    },
    existing=("path",),
)
LOOK = ToolSpec(name="look", description="Look around.", parameters={"type": "object"})
TOOLS = [READ, LOOK]
TWO = TwoStageDialect()


def read(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return TWO.decode(ModelResponse(text=text), TOOLS)


def test_a_name_asks_for_the_arguments():
    decoded = read({"next": "read_file"})

    assert decoded.actions == (ToolChosen("action", "read_file"),)
    assert decoded.repairs == ()


def test_a_name_that_is_nearly_right_is_read_and_said():
    decoded = read({"next": "functions.Read-File"})

    assert decoded.actions == (ToolChosen("action", "read_file"),)
    assert "read_file" in decoded.repairs[0]


def test_a_tool_without_arguments_is_called_at_once():
    assert read({"next": "look"}).actions == (ToolAction("action", "look", {}),)


def test_an_unknown_name_is_told_what_there_is():
    (action,) = read({"next": "fly"}).actions

    assert isinstance(action, Malformed)
    assert "read_file, look, complete, blocked" in action.problem


@pytest.mark.parametrize(
    "value", [{"tool": "read_file", "path": "a"}, {"name": "read_file", "arguments": {"path": "a"}}]
)
def test_a_whole_call_needs_no_first_stage(value):
    assert read(value).actions == (ToolAction("action", "read_file", {"path": "a"}),)


def test_an_argument_may_be_called_next():
    action = ToolAction("action", "read_file", {"path": "a", "next": "look"})

    assert read({"tool": "read_file", "path": "a", "next": "look"}).actions == (action,)


def test_the_end_is_a_call_like_any_other():
    assert read({"next": "complete"}).actions == (ToolChosen("action", "complete"),)
    assert read({"tool": "complete", "summary": "x"}).actions == (Complete("action", "x", ()),)


def test_an_object_without_a_name_is_malformed_and_talk_is_none():
    assert isinstance(read({"path": "a"}).actions[0], Malformed)
    assert read("I would read a file.").actions == ()


def test_only_tools_that_can_be_called_now_are_offered():
    def offered(**how):
        return TWO.answer_schema(TOOLS, **how)["properties"]["next"]["enum"]

    assert offered() == ["read_file", "look", "complete", "blocked"]
    assert offered(may_end=False) == ["read_file", "look"]
    assert offered(files=[]) == ["look", "complete", "blocked"]


def test_the_prompt_has_a_line_a_tool_without_its_arguments():
    shown = TWO.describe_tools(TOOLS)

    assert "- read_file: Show a file." in shown
    assert "which file" not in shown


def test_a_choice_makes_the_next_reply_the_call_of_that_tool():
    form = ReplyForm(TWO, TOOLS)
    first, grammar = form.constraints(None, lambda: True)

    asked = form.choose(ToolChosen("action", "read_file"))
    second, _ = form.constraints(["a.txt"], lambda: pytest.fail("nobody may end by it"))

    assert grammar is None
    assert "next" in first["properties"]
    assert '{"tool": "read_file", "path": "<which file>"}' in asked.text
    assert second["properties"] == {"tool": {"const": "read_file"}, "path": {"enum": ["a.txt"]}}
    assert (form.take_reply(), form.take_reply(), form.choices) == (True, False, 1)
