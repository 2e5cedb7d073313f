"""Which tools a subtask is offered."""

import pytest

from loom_core.contracts.context import ModelFacts
from loom_core.engine.offered_tools import ALWAYS, offered_tools
from loom_core.types import Subtask, Task, ToolSpec

GIT = ToolSpec(name="git_command", description="Run git: status, diff, commit.", parameters={})
WEB = ToolSpec(name="web_search", description="Search the web.", parameters={})
SPECS = [ToolSpec(name=name, description=name, parameters={}) for name in sorted(ALWAYS)] + [
    GIT,
    WEB,
]


def offered(goal, description, dialect="json_action"):
    facts = ModelFacts(
        name="m", tier=1, dialect=dialect, window=8192, enforces_schema=True, sees_images=False
    )
    task = Task(id="t", goal=goal, workspace="/w")
    specs = offered_tools(SPECS, task, Subtask(id="a", description=description), facts)
    return {spec.name for spec in specs} - ALWAYS


@pytest.mark.parametrize(
    ("goal", "description", "more"),
    [
        ("Write a.txt", "Write a.txt", set()),
        ("Commit everything with git", "Write a.txt", {"git_command"}),
        ("Write a.txt", "Search the web for kettles", {"web_search"}),
    ],
)
def test_a_small_model_gets_what_its_job_speaks_of(goal, description, more):
    assert offered(goal, description) == more


def test_a_model_with_tool_calling_gets_all():
    assert offered("Write a.txt", "Write a.txt", "native") == {"git_command", "web_search"}
