from datetime import timedelta

import pytest

from loom_core.errors import UnknownTask
from loom_core.events import TaskCreated, TaskPaused
from loom_core.store import Entry, News
from loom_core.types import ApprovalMode, Task, TaskState


async def create(store, *ids):
    for task_id in ids:
        await store.create_task(Task(id=task_id, goal=f"goal of {task_id}", workspace="/w"))


async def test_task_is_found_by_the_beginning_of_its_id(store):
    await create(store, "abc-1", "abd-2", "x%_y")

    assert (await store.task("abc")).id == "abc-1"
    assert (await store.task("x%_")).id == "x%_y"
    assert (await store.task("abd-2")).id == "abd-2"


async def test_exact_id_wins_over_longer_ones(store):
    await create(store, "ab", "abc")

    assert (await store.task("ab")).id == "ab"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("ab", "several tasks begin with 'ab'.*abd-2, abc-1"),
        ("bac-1", "did you mean 'abc-1'"),
        ("%", "no task '%'; `loom list`"),
        ("", "no task ''"),
    ],
)
async def test_unknown_task_says_what_is_near(written, message, store):
    await create(store, "abc-1", "abd-2")

    with pytest.raises(UnknownTask, match=message):
        await store.task(written)


async def test_tasks_come_newest_first_in_pages(store):
    await create(store, *"abcde")

    assert [task.id for task in await store.tasks(limit=2)] == ["e", "d"]
    assert [task.id for task in await store.tasks(limit=2, offset=3)] == ["b", "a"]
    assert await store.tasks(offset=9) == []


async def test_tasks_can_be_narrowed_to_a_state(store, run):
    await create(store, "other")
    await run.add(TaskPaused(reason="r"))

    assert [task.id for task in await store.tasks(state=TaskState.PAUSED)] == [run.task_id]
    assert [task.id for task in await store.tasks(state=TaskState.PENDING)] == ["other"]


async def test_task_tells_what_was_asked_and_when(run, clock, make_plan):
    created = clock.now
    clock.advance(5)
    await run.add(TaskPaused(reason="interrupted"))

    record = await run.store.task(run.task_id)

    assert (record.goal, record.context) == ("say hello", "in German")
    assert record.approval_mode is ApprovalMode.MANUAL
    assert (record.state, record.reason) == (TaskState.PAUSED, "interrupted")
    assert record.plan == make_plan("first", "second")
    assert (record.created_at, record.updated_at) == (created, created + timedelta(seconds=5))
    assert (record.owner, record.fence) == ("engine", 1)
    assert record.lease_until == created + timedelta(seconds=60)
    assert (record.started_at, record.finished_at) == (None, None)


async def test_unknown_task_has_no_rows(store):
    assert await store.subtasks("nothing") == []
    assert await store.events("nothing") == []
    assert await store.changes("nothing") == []
    assert await store.approvals("nothing") == []


async def test_news_name_each_task_that_something_happened_in_once(store):
    await create(store, "a", "b", "c")
    seen = await store.stream.newest_sequence()
    fences = {one: await store.claim(one, owner="me", lease_seconds=60) for one in ("c", "a")}
    await store.append("c", [Entry(TaskPaused(reason="r"))], fence=fences["c"])

    news = await store.stream.news(seen)

    assert news.task_ids == ("c", "a")
    assert news.newest == await store.stream.newest_sequence() == seen + 3
    assert await store.stream.news(news.newest) == News(news.newest, ())


async def test_only_events_of_some_types_are_read(store):
    await create(store, "t", "other")
    fence = await store.claim("t", owner="me", lease_seconds=60)
    await store.append("t", [Entry(TaskPaused(reason="later"))], fence=fence)

    found = await store.stream.of_types("t", TaskPaused, TaskCreated)

    assert [event.type for event in found] == ["TaskCreated", "TaskPaused"]
    assert await store.stream.of_types("other", TaskPaused) == []
