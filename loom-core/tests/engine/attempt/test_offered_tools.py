"""Which tools a subtask is offered."""

import pytest
from pydantic import BaseModel

from loom_core.contracts.tool import Risk, Tool
from loom_core.engine.attempt.offered_tools import offered_tools
from loom_core.types import Subtask, Task, ToolResult


class Nothing(BaseModel):
    """No arguments."""


class Named(Tool[Nothing]):
    """A tool that is never called here."""

    arguments_model = Nothing
    risk = Risk.READ

    def __init__(self, name, purpose, *, is_always_offered=False):
        self.name = name
        self.purpose = purpose
        self.is_always_offered = is_always_offered

    async def run(self, arguments, context):
        return ToolResult(text="")


TOOLS = [
    Named("write_file", "Create a file.", is_always_offered=True),
    Named("git_command", "Run git: status, diff, commit."),
    Named("web_search", "Search the web."),
]


def offered(goal, description, dialect="json_action"):
    task = Task(id="t", goal=goal, workspace="/w")
    specs = offered_tools(TOOLS, task, Subtask(id="a", description=description), dialect)
    return [spec.name for spec in specs]


@pytest.mark.parametrize(
    ("goal", "description", "more"),
    [
        ("Write a.txt", "Write a.txt", []),
        ("Commit everything with git", "Write a.txt", ["git_command"]),
        ("Write a.txt", "Search the web for kettles", ["web_search"]),
    ],
)
def test_a_small_model_gets_what_its_job_speaks_of(goal, description, more):
    assert offered(goal, description) == ["write_file", *more]


@pytest.mark.parametrize("dialect", ["json_action", "native"])
def test_a_conversation_that_was_begun_keeps_the_tools_it_was_begun_with(dialect):
    task = Task(id="t", goal="Search the web", workspace="/w")
    subtask = Subtask(id="a", description="Search the web")
    recorded = ("git_command", "gone_since", "write_file")

    specs = offered_tools(TOOLS, task, subtask, dialect, recorded)

    assert [spec.name for spec in specs] == ["git_command", "write_file"]


def test_a_model_with_tool_calling_gets_all():
    assert offered("Write a.txt", "Write a.txt", "native") == [tool.name for tool in TOOLS]
