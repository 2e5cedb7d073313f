"""The built-in planner around its model."""

import threading
from types import SimpleNamespace

import pytest

from loom_core.contracts.context import Lessons, ModelFacts
from loom_core.planning.planner import Planner, with_derived_checks
from loom_core.settings.shape import Settings
from loom_core.types import ModelResponse, Plan, Subtask, Task
from loom_core.types.task import MAX_GOAL_CHARACTERS
from loom_core.workspace import Workspace


@pytest.fixture
def anyio_backend():
    return "asyncio"


def context_in(tmp_path, model_text, *, tier=2, dialect="native"):
    """A context whose planning model always says the same."""

    async def nothing(*_arguments, **_more):
        return []

    async def none_learned(*_arguments, **_more):
        return Lessons()

    async def answer(*_arguments, **_more):
        return ModelResponse(text=model_text)

    async def facts(_role):
        return ModelFacts(name="m", tier=tier, dialect=dialect, window=8192, enforces_schema=True)

    return SimpleNamespace(
        workspace=Workspace(tmp_path),
        model_facts=facts,
        checks={},
        recall=nothing,
        new_instructions=nothing,
        lessons=none_learned,
        emit=nothing,
        ask_model=answer,
        settings=Settings(),
    )


async def test_a_degraded_plan_keeps_the_whole_of_a_long_goal(tmp_path):
    goal = ("Write a part. " * MAX_GOAL_CHARACTERS)[:MAX_GOAL_CHARACTERS]
    task = Task(id="t", goal=goal, workspace=str(tmp_path))

    plan = await Planner().loom_plan(task, context_in(tmp_path, "no plan at all"))

    assert plan.degraded
    assert [subtask.description for subtask in plan.subtasks] == [goal]


async def test_a_model_that_plans_weakly_is_not_asked(tmp_path):
    goal = "Create a.txt with the text A, then write b.py that prints it. It is for a demo."
    task = Task(id="t", goal=goal, workspace=str(tmp_path))
    context = context_in(tmp_path, "no plan at all", tier=1, dialect="json_action")

    plan = await Planner().loom_plan(task, context)

    assert not plan.degraded
    assert [subtask.id for subtask in plan.subtasks] == ["step-1", "step-2"]
    assert plan.subtasks[1].depends_on == ("step-1",)
    assert plan.subtasks[1].description.endswith("that prints it. It is for a demo")


async def test_a_step_finds_the_files_of_the_steps_before(tmp_path):
    goal = (
        "Create a.txt with the text A and then append the line B to a.txt and rename a.txt to b.txt"
    )
    task = Task(id="t", goal=goal, workspace=str(tmp_path))
    context = context_in(tmp_path, "", tier=1, dialect="json_action")
    kind = SimpleNamespace(review_tier=1, settles=False)
    context.checks = {"file_exists": kind, "file_missing": kind}

    plan = await Planner().loom_plan(task, context)

    assert [(check.kind, check.target) for check in plan.subtasks[-1].checks] == [
        ("file_missing", "a.txt"),
        ("file_exists", "b.txt"),
    ]


async def test_the_workspace_is_walked_off_the_event_loop(tmp_path):
    context = context_in(tmp_path, "")
    walkers = []
    files = context.workspace.files

    def noted():
        walkers.append(threading.current_thread())
        return files()

    context.workspace = SimpleNamespace(files=noted)

    await with_derived_checks(Plan(subtasks=(Subtask(id="a", description="a"),)), context)

    assert walkers
    assert threading.main_thread() not in walkers
