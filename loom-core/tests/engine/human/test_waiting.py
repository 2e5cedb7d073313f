"""Waiting for a human, and the answers that come from elsewhere."""

import asyncio

import pytest

from loom_core.engine.human.answering import as_payload, from_payload
from loom_core.engine.human.waiting import Waiting
from loom_core.errors import WaitsForHuman
from loom_core.events import ApprovalDecided, QuestionAnswered

ANSWER = QuestionAnswered(question_id="q", answer="blue", by="x")
YES = ApprovalDecided(approval_id="q", approved=True, by="x")


async def never():
    await asyncio.Event().wait()


async def nobody():
    return None


async def somebody():
    return ANSWER


async def wait_for(waiting, ask):
    async with waiting.begin("q", "a", what="Which?", is_attended=ask is not None) as wait:
        answer = await waiting.first_answer(wait, ask)
        asyncio.get_running_loop().call_soon(waiting.readmit, 1)
    return answer


async def started(waiting, ask):
    task = asyncio.create_task(wait_for(waiting, ask))
    for _ in range(20):
        await asyncio.sleep(0)
    return task


async def test_whoever_is_there_answers():
    assert await wait_for(Waiting(), somebody) == ANSWER


@pytest.mark.parametrize("ask", [never, nobody, None])
async def test_an_answer_from_elsewhere_counts(ask):
    waiting = Waiting()
    task = await started(waiting, ask)

    assert waiting.subtasks == {"a"}
    assert waiting.give(ANSWER)
    assert await task == ANSWER
    assert waiting.subtasks == set()
    assert not waiting.give(ANSWER)


async def test_only_the_first_answer_counts():
    waiting = Waiting()
    task = await started(waiting, None)

    assert waiting.give(ANSWER)
    assert not waiting.give(ANSWER.model_copy(update={"answer": "red"}))
    assert await task == ANSWER


async def test_what_somebody_has_before_their_eyes_is_not_parked():
    waiting = Waiting()
    task = await started(waiting, never)

    waiting.park()

    assert not task.done()
    waiting.give(ANSWER)
    await task


@pytest.mark.parametrize("ask", [nobody, None])
async def test_what_nobody_sees_is_parked(ask):
    waiting = Waiting()
    task = await started(waiting, ask)

    waiting.park()

    with pytest.raises(WaitsForHuman, match=r"^Which"):
        await task


async def test_whoever_looks_is_told_of_a_change():
    waiting = Waiting()
    changed = waiting.changed()
    task = await started(waiting, None)

    assert changed.done()
    again = waiting.changed()
    assert not again.done()
    waiting.give(ANSWER)
    await task
    assert again.done()


@pytest.mark.parametrize("answer", [ANSWER, YES])
def test_an_answer_travels_as_a_command(answer):
    assert from_payload(as_payload(answer, "a")) == (answer, "a")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "TaskCancelled", "body": {"by": "x"}},
        {"type": "ApprovalDecided"},
        {"type": "ApprovalDecided", "body": {"approved": "perhaps"}},
        {"type": ["x"], "body": {}},
    ],
)
def test_what_is_no_answer_is_not_taken_for_one(payload):
    assert from_payload(payload) is None


async def test_whoever_has_an_answer_waits_for_a_free_slot():
    waiting = Waiting()

    async def ask(subtask_id):
        async with waiting.begin(subtask_id, subtask_id, what="?", is_attended=False) as wait:
            await waiting.first_answer(wait, None)

    tasks = [asyncio.create_task(ask(name)) for name in ("a", "b")]
    await asyncio.sleep(0)
    for name in ("a", "b"):
        waiting.give(ANSWER.model_copy(update={"question_id": name}))
    waiting.readmit(1)
    await asyncio.wait(tasks, timeout=0.05)

    assert waiting.subtasks == {"a", "b"}
    waiting.readmit(1)
    await tasks[0]
    assert waiting.subtasks == {"b"}
    tasks[1].cancel()
    await asyncio.wait(tasks)
    assert waiting.subtasks == set()
