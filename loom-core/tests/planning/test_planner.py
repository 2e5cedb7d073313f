"""The built-in planner around its model."""

import threading
from types import SimpleNamespace

import pytest

from loom_core.planning.planner import Planner, with_derived_checks
from loom_core.types import ModelResponse, Plan, Subtask, Task
from loom_core.types.task import MAX_GOAL_CHARACTERS
from loom_core.workspace import Workspace


@pytest.fixture
def anyio_backend():
    return "asyncio"


def context_in(tmp_path, model_text):
    """A context whose planning model always says the same."""

    async def nothing(*_arguments, **_more):
        return []

    async def answer(*_arguments, **_more):
        return ModelResponse(text=model_text)

    return SimpleNamespace(
        workspace=Workspace(tmp_path),
        checks={},
        recall=nothing,
        emit=nothing,
        ask_model=answer,
    )


async def test_a_degraded_plan_keeps_the_whole_of_a_long_goal(tmp_path):
    goal = ("Write a part. " * MAX_GOAL_CHARACTERS)[:MAX_GOAL_CHARACTERS]
    task = Task(id="t", goal=goal, workspace=str(tmp_path))

    plan = await Planner().loom_plan(task, context_in(tmp_path, "no plan at all"))

    assert plan.degraded
    assert [subtask.description for subtask in plan.subtasks] == [goal]


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
