from datetime import timedelta

import pytest

from loom_core.errors import StaleFence, StoreBusy, StoreError, UnknownTask
from loom_core.events import NudgeSent, TaskClaimed
from loom_core.store import Entry
from loom_core.store.steady import Steady

NUDGE = [Entry(NudgeSent(step=1, text="x"))]


async def test_claim_gives_the_next_fence_and_an_event(store, task):
    await store.create_task(task)

    first = await store.claim(task.id, owner="a", lease_seconds=10)
    second = await store.claim(task.id, owner="a", lease_seconds=10, is_resumed=True)

    assert (first, second) == (1, 2)
    claims = [event for event in await store.events(task.id) if isinstance(event.body, TaskClaimed)]
    assert [(event.fence, event.body.is_resumed) for event in claims] == [(1, False), (2, True)]


async def test_live_lease_of_another_is_respected(store, task, clock):
    await store.create_task(task)
    await store.claim(task.id, owner="a", lease_seconds=10)
    clock.advance(9)

    with pytest.raises(StoreBusy, match=r"worked on by a, .* until 2026-01-02 03:04:15 UTC"):
        await store.claim(task.id, owner="b", lease_seconds=10)


async def test_expired_lease_is_taken_over_and_the_first_owner_is_fenced_off(store, task, clock):
    await store.create_task(task)
    stale = await store.claim(task.id, owner="a", lease_seconds=10)
    clock.advance(10)

    fresh = await store.claim(task.id, owner="b", lease_seconds=10, is_resumed=True)

    assert await store.append(task.id, NUDGE, fence=fresh)
    for write in (
        store.append(task.id, NUDGE, fence=stale),
        store.append(task.id, [], fence=stale),
        store.renew(task.id, fence=stale, lease_seconds=10),
        store.release(task.id, fence=stale),
    ):
        with pytest.raises(StaleFence, match="now held by b"):
            await write


async def test_dead_owner_is_taken_over_at_once(store, task):
    await store.create_task(task)
    await store.claim(task.id, owner="dead", lease_seconds=1000)

    fence = await store.claim(
        task.id, owner="b", lease_seconds=10, is_alive=lambda owner: owner != "dead"
    )

    assert fence == 2


async def test_expired_lease_that_nobody_took_can_be_renewed(store, task, clock):
    await store.create_task(task)
    fence = await store.claim(task.id, owner="a", lease_seconds=10)
    clock.advance(100)

    await store.renew(task.id, fence=fence, lease_seconds=10)

    with pytest.raises(StoreBusy):
        await store.claim(task.id, owner="b", lease_seconds=10)


async def test_released_task_is_free_and_takes_nothing_under_the_old_fence(store, task):
    await store.create_task(task)
    fence = await store.claim(task.id, owner="a", lease_seconds=10)

    await store.release(task.id, fence=fence)

    record = await store.task(task.id)
    assert (record.owner, record.lease_until) == ("", None)
    with pytest.raises(StaleFence, match="held by nobody"):
        await store.append(task.id, NUDGE, fence=fence)
    assert await store.claim(task.id, owner="b", lease_seconds=10) == fence + 1


async def test_nothing_is_written_without_a_claim(store, task):
    await store.create_task(task)

    with pytest.raises(StaleFence, match="claim the task"):
        await store.append(task.id, NUDGE, fence=0)


async def test_unknown_and_doubled_tasks_are_refused(store, task):
    await store.create_task(task)

    with pytest.raises(StoreError, match="task-1 exists already"):
        await store.create_task(task)
    with pytest.raises(UnknownTask, match=r"'task'.*loom list"):
        await store.claim("task", owner="a", lease_seconds=1)
    with pytest.raises(UnknownTask):
        await store.append("nothing", NUDGE, fence=1)
    assert len(await store.events(task.id)) == 1


@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_a_lease_holds_and_runs_out_however_the_time_of_day_jumps(
    store, task, clock, seconds
):
    await store.create_task(task)
    stale = await store.claim(task.id, owner="a", lease_seconds=10)
    clock.jump(seconds)
    clock.advance(9)

    with pytest.raises(StoreBusy):
        await store.claim(task.id, owner="b", lease_seconds=10)
    clock.advance(1)

    assert await store.claim(task.id, owner="b", lease_seconds=10)
    with pytest.raises(StaleFence):
        await store.append(task.id, NUDGE, fence=stale)


async def test_a_lease_of_another_start_of_a_machine_runs_by_the_time_of_day(store, task, clock):
    await store.create_task(task)
    await store.claim(task.id, owner="a", lease_seconds=10)
    clock.moment = Steady("the next start", 0)
    clock.now += timedelta(seconds=9)

    with pytest.raises(StoreBusy):
        await store.claim(task.id, owner="b", lease_seconds=10)
    clock.now += timedelta(seconds=1)

    assert await store.claim(task.id, owner="b", lease_seconds=10)
