import asyncio
import sqlite3

import pytest

from loom_core.errors import LoomError, StoreError, UnknownTask
from loom_core.events import EVENT_TYPES, NudgeSent
from loom_core.store import Entry
from loom_core.types import SubtaskState

TASK_ENDINGS = {"TaskCompleted", "TaskFailed", "TaskCancelled"}


def test_there_is_a_sample_of_every_event_type(bodies):
    assert set(bodies) == set(EVENT_TYPES)


OPENING = {"TaskCreated", "TurnStarted"}
"""Make the task or the subtask that they are about, and have tests of their own."""


@pytest.mark.parametrize("name", [name for name in EVENT_TYPES if name not in OPENING])
async def test_event_is_read_as_it_was_written(name, run, bodies):
    body = bodies[name]

    [written] = await run.add_to_first(body)
    [read] = await run.store.events(run.task_id, after=written.sequence - 1)

    assert read == written
    assert read.body == body
    assert type(read.body) is type(body)
    assert read.body.model_dump_json() == body.model_dump_json()


async def test_started_turn_is_read_as_it_was_written(run, bodies):
    body = bodies["TurnStarted"]

    [written] = await run.add(body, subtask_id="turn-1", attempt=1)
    [read] = await run.store.events(run.task_id, after=written.sequence - 1)

    assert read == written
    assert read.body == body
    assert (await run.states())["turn-1"] is SubtaskState.RUNNING


@pytest.mark.parametrize("name", ["first", "turn-0", "turn-x"])
async def test_turn_has_an_id_of_its_own(name, run, bodies):
    with pytest.raises(StoreError, match="turns are called 'turn-1'"):
        await run.add(bodies["TurnStarted"], subtask_id=name, attempt=1)


async def test_created_event_is_read_as_it_was_written(store, task):
    shown = []
    store.subscribe(shown.append)
    await store.create_task(task)

    assert await store.events(task.id) == shown
    assert shown[0].body.goal == task.goal
    assert (await store.task(task.id)).task == task


async def test_text_that_is_not_unicode_is_refused_whole(run):
    before = await run.store.events(run.task_id)

    with pytest.raises(StoreError, match=r"NudgeSent .* lone surrogate"):
        await run.add(NudgeSent(step=1, text="fine"), NudgeSent(step=2, text="\ud800"))

    assert await run.store.events(run.task_id) == before


@pytest.mark.parametrize("field", ["task_id", "subtask_id", "kind", "owner"])
async def test_half_characters_in_names_hurt_nobody_else(field, run, task):
    bad, good = "x\ud800", [Entry(NudgeSent(step=1, text="fine"))]
    calls = {
        "task_id": lambda: run.store.append(bad, good, fence=1),
        "subtask_id": lambda: run.add(NudgeSent(step=1, text="a"), subtask_id=bad),
        "kind": lambda: run.store.request(run.task_id, bad, {}),
        "owner": lambda: run.store.claim(run.task_id, owner=bad, lease_seconds=1),
    }

    refused, kept = await asyncio.gather(
        calls[field](), run.add(good[0].body), return_exceptions=True
    )

    assert isinstance(refused, LoomError)
    assert [event.body for event in kept] == [good[0].body]
    with pytest.raises(UnknownTask):
        await run.store.task(bad)


async def test_events_can_be_narrowed_down(run):
    await run.add_to_first(NudgeSent(step=1, text="a"), attempt=1)
    await run.add_to_first(NudgeSent(step=1, text="b"), attempt=2)
    last = await run.add(NudgeSent(step=1, text="c"), subtask_id="second", attempt=1)

    async def texts(**narrowed):
        found = await run.store.events(run.task_id, **narrowed)
        return [event.body.text for event in found if isinstance(event.body, NudgeSent)]

    assert await texts() == ["a", "b", "c"]
    assert await texts(subtask_id="first") == ["a", "b"]
    assert await texts(subtask_id="first", attempt=2) == ["b"]
    assert await texts(subtask_id="") == []
    assert await texts(after=last[0].sequence - 1) == ["c"]
    assert len(await run.store.events(run.task_id, limit=2)) == 2


async def test_event_of_a_newer_loom_is_refused_by_name(run, path):
    await run.add(NudgeSent(step=1, text="a"))
    with sqlite3.connect(path) as other:
        other.execute("UPDATE journal SET version = 99 WHERE type = 'NudgeSent'")
    other.close()

    with pytest.raises(StoreError, match="NudgeSent of version 99"):
        await run.store.events(run.task_id)


async def test_damaged_event_is_named(run, path):
    [event] = await run.add(NudgeSent(step=1, text="a"))
    with sqlite3.connect(path) as other:
        other.execute("UPDATE journal SET payload = '{}' WHERE sequence = ?", (event.sequence,))
    other.close()

    with pytest.raises(
        StoreError, match=rf"event {event.sequence} \(NudgeSent\).*restore a backup"
    ):
        await run.store.events(run.task_id)
