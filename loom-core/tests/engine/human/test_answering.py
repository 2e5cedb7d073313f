"""An answer that comes just when an engine stops is journalled all the same."""

import asyncio

import pytest

from loom_core.engine.human.answering import answer_question, open_questions
from loom_core.engine.owner import is_alive, new_owner
from loom_core.errors import UsageError
from loom_core.events import (
    PlanCreated,
    PlanningStarted,
    QuestionAnswered,
    QuestionAsked,
    SubtaskStarted,
    TaskExecutionStarted,
)
from loom_core.store import Entry, Store
from loom_core.types import Plan, Subtask, Task

LIMIT_SECONDS = 30.0


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def store(tmp_path):
    opened = Store.open(tmp_path / "loom.db", durability="process")
    yield opened
    await opened.close()


async def asked(store, tmp_path):
    """A task that an engine holds and that asks something; the fence and the question."""
    await store.create_task(Task(id="t", goal="x", workspace=str(tmp_path)))
    fence = await store.claim("t", owner=new_owner(), lease_seconds=60, is_alive=is_alive)
    plan = Plan(subtasks=(Subtask(id="s", description="x"),))
    await store.append(
        "t",
        [
            Entry(PlanningStarted()),
            Entry(PlanCreated(plan=plan, source="trivial")),
            Entry(TaskExecutionStarted()),
            Entry(SubtaskStarted(tier=1), "s", 1),
            Entry(QuestionAsked(question_id="q", question="Why?"), "s", 1),
        ],
        fence=fence,
    )
    return fence, open_questions(await store.events("t"))["q"]


async def test_an_answer_is_journalled_where_the_engine_stopped_before_it_looked(store, tmp_path):
    fence, question = await asked(store, tmp_path)
    answering = asyncio.create_task(answer_question(store, question, "so", by="me"))
    async with asyncio.timeout(LIMIT_SECONDS):
        while not await store.commands("t"):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)
        await store.release("t", fence=fence)
        taken = await answering

    bodies = [event.body for event in await store.events("t")]
    assert taken == "so"
    assert [body.answer for body in bodies if isinstance(body, QuestionAnswered)] == ["so"]


async def test_a_second_answer_is_refused(store, tmp_path):
    fence, question = await asked(store, tmp_path)
    await store.release("t", fence=fence)
    await answer_question(store, question, "so", by="me")

    with pytest.raises(UsageError, match="somebody else has answered"):
        await answer_question(store, question, "no", by="you")
