"""A key makes one task, however often and from wherever it comes."""

import asyncio

from loom_core.store import Store


def named(task, name):
    return task.model_copy(update={"id": name})


async def test_a_key_makes_one_task(store, task):
    first = await store.create_task(task, idempotency_key="order 7")
    again = await store.create_task(named(task, "task-2"), idempotency_key="order 7")
    other = await store.create_task(named(task, "task-3"), idempotency_key="order 8")

    assert (first, again, other) == ("task-1", "task-1", "task-3")
    assert {record.id: record.idempotency_key for record in await store.tasks()} == {
        "task-1": "order 7",
        "task-3": "order 8",
    }


async def test_requests_of_one_moment_with_one_key_make_one_task(store, task):
    names = [f"task-{number}" for number in range(20)]

    made = await asyncio.gather(
        *(store.create_task(named(task, name), idempotency_key="k") for name in names)
    )

    assert set(made) == {made[0]}
    assert [record.id for record in await store.tasks()] == [made[0]]


async def test_a_key_holds_for_every_process_and_after_a_restart(store, task, url, clock):
    await store.create_task(task, idempotency_key="k")

    other = Store.open(url, clock=clock)
    assert await other.create_task(named(task, "task-2"), idempotency_key="k") == "task-1"
    await other.create_task(named(task, "task-3"), idempotency_key="k2")
    await other.close()

    assert await store.create_task(named(task, "task-4"), idempotency_key="k2") == "task-3"


async def test_tasks_without_a_key_are_all_made(store, task):
    assert await store.create_task(task) == "task-1"
    assert await store.create_task(named(task, "task-2")) == "task-2"
