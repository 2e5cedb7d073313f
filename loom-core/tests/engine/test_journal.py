"""The steps of an attempt, and what is never run again."""

import asyncio

import pytest

from loom_core import events as e
from loom_core.engine.control import CANCEL, Control
from loom_core.engine.journal import StepJournal
from loom_core.errors import StaleFence
from loom_core.store import Entry, Store
from loom_core.types import ModelResponse, ModelRole, Plan, Subtask, Task, ToolResult

CALL = {"step": 1, "model": "m", "role": ModelRole.EXECUTOR}
TOOL = {"step": 2, "call_id": "c", "tool": "t"}
ANSWERED = e.ModelCallFinished(**CALL, response=ModelResponse(text="hi"))
INTENT = e.ToolCallStarted(**TOOL, arguments={}, recovery="content")
FINISHED = e.ToolCallFinished(**TOOL, result=ToolResult(text="ok"))


@pytest.fixture
async def store(tmp_path):
    opened = Store.open(tmp_path / "loom.db")
    await opened.create_task(Task(id="t1", goal="g", workspace="/w"))
    yield opened
    await opened.close()


@pytest.fixture
async def fence(store):
    fence = await store.claim("t1", owner="me", lease_seconds=60)
    plan = Plan(subtasks=(Subtask(id="a", description="a"),))
    await store.append("t1", [Entry(e.PlanCreated(plan=plan, source="p"))], fence=fence)
    return fence


def journal(store, fence, recorded=()):
    return StepJournal(store, "t1", fence=fence, subtask_id="a", attempt=1, recorded=recorded)


async def recorded(store):
    return await store.events("t1", subtask_id="a", attempt=1)


async def test_steps_are_numbered_from_one(store, fence):
    own = journal(store, fence)

    assert [own.next_step(), own.next_step()] == [1, 2]
    assert own.finished(1) is None


async def test_what_is_finished_is_answered_from_the_journal(store, fence):
    await journal(store, fence).commit(e.SubtaskStarted(tier=1), ANSWERED, INTENT, FINISHED)

    again = journal(store, fence, await recorded(store))

    assert again.finished(1) == ANSWERED
    assert again.finished(2) == FINISHED
    assert again.finished(3) is None


async def test_an_intent_without_a_result_is_interrupted(store, fence):
    await journal(store, fence).commit(e.SubtaskStarted(tier=1), ANSWERED, INTENT)

    again = journal(store, fence, await recorded(store))

    assert again.finished(2) is None
    assert again.interrupted(2) == INTENT
    assert again.interrupted(1) is None


@pytest.mark.parametrize(
    "end", [e.ToolCallDenied(**TOOL, reason="no", by="x"), e.StepInDoubt(**TOOL)]
)
async def test_a_denial_and_a_doubt_are_ends_too(store, fence, end):
    await journal(store, fence).commit(e.SubtaskStarted(tier=1), INTENT, end)

    assert journal(store, fence, await recorded(store)).finished(2) == end


async def test_what_was_written_before_is_in_the_database_after_a_commit(store, fence):
    own = journal(store, fence)
    own.write(e.SubtaskStarted(tier=1))
    own.write(ANSWERED)

    await own.commit()

    assert [event.type for event in await recorded(store)] == [
        "SubtaskStarted",
        "ModelCallFinished",
    ]


async def test_waiting_for_what_was_written_before_has_it_written_at_once(
    store, fence, monkeypatch
):
    monkeypatch.setattr("loom_core.store.writer._PATIENCE_SECONDS", 3600)
    own = journal(store, fence)
    own.write(ANSWERED)

    await asyncio.wait_for(own.commit(), 30)

    assert [event.body for event in await recorded(store)] == [ANSWERED]


async def test_a_stale_claim_writes_nothing(store, fence):
    own = journal(store, fence)
    await store.release("t1", fence=fence)
    await store.claim("t1", owner="other", lease_seconds=60)

    with pytest.raises(StaleFence):
        await own.commit(e.SubtaskStarted(tier=1))
    assert await recorded(store) == []


async def test_a_cancel_of_another_process_is_heard_once(store, fence):
    class Acts:
        def __init__(self):
            self.heard = []
            self.came = asyncio.Event()

        def cancel(self, command):
            self.heard.append(command.payload["by"])
            self.came.set()

    acts = Acts()
    watching = asyncio.create_task(Control(store, "t1", fence=fence, acts=acts).watch())
    await store.request("t1", CANCEL, {"by": "somebody"})
    async with asyncio.timeout(10):
        await acts.came.wait()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)

    assert acts.heard == ["somebody"]


async def test_losing_the_claim_is_noticed(store, fence):
    watching = asyncio.create_task(Control(store, "t1", fence=fence, acts=None).watch())
    await store.release("t1", fence=fence)
    await store.claim("t1", owner="other", lease_seconds=60)
    await store.request("t1", "dance", {})

    with pytest.raises(StaleFence):
        async with asyncio.timeout(10):
            await watching
    assert len(await store.commands("t1")) == 1
