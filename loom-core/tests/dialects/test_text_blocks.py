"""Actions as blocks of text."""

import pytest

from loom_core.dialects import Blocked, Malformed, TextBlocksDialect, ToolAction
from loom_core.types import ModelResponse, ToolSpec

WRITE = ToolSpec(
    name="write_file",
    description="Make a file.",
    parameters={
        "type": "object",
        "properties": {
            "mode": {"enum": ["new", "append"]},
            "path": {"type": "string", "description": "which file"},
            "content": {"type": "string"},
            "count": {"type": "integer"},
        },
        "required": ["path", "content"],
    },
)
READ = ToolSpec(
    name="read_file",
    description="Show a file.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string"}},
        "required": ["path"],
    },
    existing=("path",),
)
BLOCKS = TextBlocksDialect()
CODE = "print(\"a < b\", '</p>')\n\nif True:\n    pass\n"
BLOCK = f"""\
<function=write_file>
<parameter=path>
a.py
</parameter>
<parameter=content>
{CODE}
</parameter>
</function>"""


def read(text, tools=(WRITE, READ)):
    return BLOCKS.decode(ModelResponse(text=text), tools)


@pytest.mark.parametrize(
    "text", [BLOCK, f"Here it is:\n{BLOCK}\nDone.", f"<think>{BLOCK}</think>{BLOCK}"]
)
def test_values_stand_as_they_are(text):
    decoded = read(text)

    assert decoded.actions == (
        ToolAction("action", "write_file", {"path": "a.py", "content": CODE}),
    )
    assert decoded.repairs == ()


def test_only_the_first_block_counts():
    invented = f"{BLOCK}\n-> Created\n<function=complete>\n</function>"

    (action,) = read(invented).actions

    assert isinstance(action, ToolAction)


@pytest.mark.parametrize("end", range(1, len("</parameter>\n</function>") + 1, 5))
def test_a_block_without_its_end_is_no_action(end):
    assert read(BLOCK[:-end]).actions == ()


def test_a_call_in_another_form_is_read_and_said():
    decoded = read('{"tool": "write_file", "path": "a", "content": "b"}')

    assert decoded.actions == (ToolAction("action", "write_file", {"path": "a", "content": "b"}),)
    assert decoded.repairs == ("a call was read from another form",)


def test_control_actions_and_unknown_tools():
    blocked = read("<function=blocked>\n<parameter=reason>\nno door\n</parameter>\n</function>")
    unknown = read("<function=fly>\n</function>")

    assert blocked.actions == (Blocked("action", "no door"),)
    assert isinstance(unknown.actions[0], Malformed)


def test_talk_is_no_action():
    assert read("I would write a file now.").actions == ()


def test_a_line_a_tool_says_what_its_parameters_are():
    shown = BLOCKS.describe_tools([WRITE])

    assert (
        "- write_file: Make a file. Parameters: mode (optional: mode), path (which file)" in shown
    )


def test_the_grammar_has_a_branch_for_each_tool_that_can_be_called_now():
    def branches(**how):
        grammar = BLOCKS.answer_grammar([WRITE, READ], **how)
        return [
            name
            for name in ("write_file", "read_file", "complete", "blocked")
            if f'"<function={name}>\\n"' in grammar
        ]

    assert branches() == ["write_file", "read_file", "complete", "blocked"]
    assert branches(may_end=False) == ["write_file", "read_file"]
    assert branches(files=[]) == ["write_file", "complete", "blocked"]


def test_the_grammar_asks_for_what_is_required_first():
    grammar = BLOCKS.answer_grammar([WRITE, READ], may_end=False, files=['a"b.txt', "ü.txt"])

    write = next(line for line in grammar.splitlines() if line.startswith("tool0 ::="))
    places = [write.index(f"<parameter={name}>") for name in ("path", "content", "mode", "count")]
    assert places == sorted(places)
    assert write.count(")?") == 2
    assert '( "new" | "append" )' in write
    assert " whole " in write
    assert '( "a\\"b.txt" | "ü.txt" )' in grammar


INNER = [
    '<tool_call>{"name": "read_file", "arguments": {"path": "x"}}</tool_call>',
    '{"tool": "read_file", "path": "x"}',
]


@pytest.mark.parametrize("inner", INNER)
def test_a_call_inside_of_a_value_is_data(inner):
    block = BLOCK.replace(CODE, inner)

    (action,) = read(block).actions

    assert action == ToolAction("action", "write_file", {"path": "a.py", "content": inner})


@pytest.mark.parametrize("inner", INNER)
def test_a_call_inside_of_a_block_that_was_cut_is_no_call(inner):
    cut = BLOCK.replace(CODE, inner)[: -len("</function>")]

    assert read(cut).actions == ()
