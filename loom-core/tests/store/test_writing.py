import asyncio
import threading

import pytest

from loom_core.errors import StaleFence, StoreError, SubtaskIsOver
from loom_core.events import NudgeSent, SubtaskCompleted, SubtaskStarted, ToolCallStarted
from loom_core.store import Entry, Store
from loom_core.store.transactor import Transactor


def nudge(number):
    return NudgeSent(step=number, text="x")


@pytest.fixture
def commits(monkeypatch):
    """The transactions that were committed, as they come."""
    made = []

    def commit(_self, transaction):
        transaction.commit()
        made.append(transaction)

    monkeypatch.setattr(Transactor, "commit", commit)
    return made


@pytest.fixture
def held_writer(monkeypatch):
    """Stops the writer before its next commit until it is released."""
    reached, released = threading.Event(), threading.Event()

    def commit(_self, transaction):
        reached.set()
        assert released.wait(10)
        transaction.commit()

    monkeypatch.setattr(Transactor, "commit", commit)
    return reached, released


async def test_fifty_appenders_lose_nothing_and_keep_their_own_order(run):
    async def append(writer):
        for number in range(20):
            await run.add(nudge(number), nudge(number), subtask_id=f"w{writer}", attempt=1)

    await asyncio.gather(*(append(writer) for writer in range(50)))

    events = [e for e in await run.store.events(run.task_id) if isinstance(e.body, NudgeSent)]
    assert [event.sequence for event in events] == sorted({event.sequence for event in events})
    for writer in range(50):
        steps = [event.body.step for event in events if event.subtask_id == f"w{writer}"]
        assert steps == [number for number in range(20) for _ in range(2)]


async def test_what_waits_is_committed_together(run, commits):
    await asyncio.gather(*(run.add(nudge(number)) for number in range(100)))

    assert 0 < len(commits) <= 3


async def test_refused_append_hurts_no_neighbour_of_the_same_commit(run, commits):
    await run.add_to_first(SubtaskCompleted(summary="", confidence=1))
    commits.clear()

    answers = await asyncio.gather(
        run.add(nudge(1)),
        run.add_to_first(nudge(2), SubtaskStarted(tier=1)),
        run.store.append(run.task_id, [Entry(nudge(3))], fence=99),
        run.add(nudge(4)),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [list, SubtaskIsOver, StaleFence, list]
    assert len(commits) == 1
    steps = [e.body.step for e in await run.store.events(run.task_id) if e.type == "NudgeSent"]
    assert steps == [1, 4]


async def test_append_returns_after_observers_saw_its_events_in_order(run):
    seen = []
    stop = run.store.subscribe(seen.append)

    written = await asyncio.gather(*(run.add(nudge(number), nudge(-1)) for number in range(10)))
    assert seen == [event for events in written for event in events]

    stop()
    await run.add(nudge(99))
    assert len(seen) == 20


async def test_observer_that_raises_hurts_nobody(run, caplog):
    seen = []
    run.store.subscribe(lambda event: 1 / 0)
    run.store.subscribe(seen.append)

    await run.add(nudge(1))

    assert len(seen) == 1
    assert "an observer failed on event" in caplog.text


async def test_events_of_an_abandoned_append_are_still_shown(run, held_writer):
    reached, released = held_writer
    seen = []
    run.store.subscribe(seen.append)

    waiting = asyncio.ensure_future(run.add(nudge(1)))
    await asyncio.to_thread(reached.wait, 10)
    waiting.cancel()
    released.set()
    await run.add(nudge(2))

    assert waiting.cancelled()
    assert [event.body.step for event in seen] == [1, 2]


async def test_reading_goes_on_while_a_write_is_in_progress(run, held_writer):
    reached, released = held_writer
    before = await run.store.events(run.task_id)

    writing = asyncio.ensure_future(run.add(nudge(1)))
    await asyncio.to_thread(reached.wait, 10)
    assert await asyncio.wait_for(run.store.events(run.task_id), 5) == before
    assert (await run.store.task(run.task_id)).id == run.task_id

    released.set()
    written = await writing
    assert await run.store.events(run.task_id, after=before[-1].sequence) == written


async def test_what_follows_a_refused_write_of_an_attempt_is_refused_with_it(run):
    await run.add_to_first(SubtaskCompleted(summary="", confidence=1))

    def submit(body, subtask_id):
        return run.store.submit(run.task_id, [Entry(body, subtask_id, 1)], fence=run.fence)

    submit(SubtaskStarted(tier=1), "first")
    last = submit(nudge(1), "first")
    other = submit(nudge(2), "second")

    with pytest.raises(SubtaskIsOver):
        await last
    assert len(await other) == 1
    assert len(await submit(nudge(3), "first")) == 1  # by now the caller knows


async def test_time_never_goes_back_in_the_stream(run, clock):
    [first] = await run.add(nudge(1))
    clock.advance(-3600)

    [second] = await run.add(nudge(2))
    clock.advance(3601)
    [third] = await run.add(nudge(3))

    assert first.at == second.at < third.at


async def test_closed_store_refuses_writes_and_closes_twice(path, task):
    store = Store.open(path)
    creating = asyncio.ensure_future(store.create_task(task))
    await asyncio.sleep(0)
    await store.close()
    await store.close()

    assert await creating == task.id
    with pytest.raises(StoreError, match="the store is closed"):
        await store.create_task(task)


def test_store_belongs_to_one_event_loop(path, task):
    store = Store.open(path)
    asyncio.run(store.create_task(task))

    with pytest.raises(RuntimeError, match="belongs to the event loop"):
        asyncio.run(store.create_task(task))

    asyncio.run(store.close())


def test_end_of_the_event_loop_does_not_stop_the_writer(path, task, held_writer):
    reached, released = held_writer
    store = Store.open(path)

    async def create_without_waiting():
        asyncio.ensure_future(store.create_task(task))  # noqa: RUF006 - the loop ends before it
        await asyncio.to_thread(reached.wait, 10)

    asyncio.run(create_without_waiting())
    released.set()
    asyncio.run(store.close())

    again = Store.open(path)
    assert asyncio.run(again.task(task.id)).task == task
    asyncio.run(again.close())


@pytest.fixture
def sync_levels(monkeypatch):
    """SQLite's ``synchronous`` at each commit: 1 is NORMAL, 2 is FULL."""
    levels = []

    def commit(_self, transaction):
        levels.append(transaction.connection.exec_driver_sql("PRAGMA synchronous").scalar())
        transaction.commit()

    monkeypatch.setattr(Transactor, "commit", commit)
    return levels


@pytest.mark.parametrize(
    ("durability", "levels"),
    [("process", [1, 1, 1]), ("effects", [1, 2, 1]), ("power", [2, 2, 2])],
)
async def test_commit_waits_for_the_disk_as_the_setting_says(
    durability, levels, path, task, sync_levels
):
    store = Store.open(path, durability=durability)
    await store.create_task(task)
    fence = await store.claim(task.id, owner="me", lease_seconds=9)
    intent = ToolCallStarted(step=1, call_id="c", tool="t", arguments={}, recovery="content")
    for body in (nudge(1), intent, nudge(2)):
        await store.append(task.id, [Entry(body)], fence=fence)
    await store.close()

    assert sync_levels[2:] == levels


async def test_work_that_nobody_waits_for_is_written_with_the_next_that_somebody_does(
    run, monkeypatch
):
    monkeypatch.setattr("loom_core.store.writer._PATIENCE_SECONDS", 3600)
    patient = run.store.submit(run.task_id, [Entry(nudge(1), "first", 1)], fence=run.fence)

    await run.add(nudge(2))

    assert [event.body for event in patient.result()] == [nudge(1)]


async def test_work_that_nobody_waits_for_is_written_by_itself(run):
    entries = [Entry(nudge(1), "first", 1)]

    [event] = await run.store.submit(run.task_id, entries, fence=run.fence)

    assert await run.store.events(run.task_id, after=event.sequence - 1) == [event]


async def test_who_comes_to_wait_for_it_has_it_written_at_once(run, monkeypatch):
    monkeypatch.setattr("loom_core.store.writer._PATIENCE_SECONDS", 3600)
    patient = run.store.submit(run.task_id, [Entry(nudge(1), "first", 1)], fence=run.fence)

    run.store.hurry()

    assert [event.body for event in await asyncio.wait_for(patient, 30)] == [nudge(1)]


async def test_closing_writes_what_nobody_waited_for(run, path, monkeypatch):
    monkeypatch.setattr("loom_core.store.writer._PATIENCE_SECONDS", 3600)
    run.store.submit(run.task_id, [Entry(nudge(1), "first", 1)], fence=run.fence)
    await run.store.close()

    again = Store.open(path)

    assert (await again.events(run.task_id))[-1].body == nudge(1)
    await again.close()
