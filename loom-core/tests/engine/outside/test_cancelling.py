"""Cancelling a task whose engine stops before it looks for commands."""

import asyncio

import pytest

from loom_core.engine.outside import door
from loom_core.engine.outside.cancelling import cancel_task
from loom_core.engine.owner import new_owner
from loom_core.errors import StoreBusy
from loom_core.store import Store
from loom_core.types import Task


@pytest.fixture
async def store(tmp_path, monkeypatch):
    monkeypatch.setattr(door, "PATIENCE_SECONDS", 0.2)
    opened = Store.open(tmp_path / "loom.db", durability="process")
    await opened.create_task(Task(id="t", goal="g", workspace="/w"))
    yield opened
    await opened.close()


async def test_a_cancel_that_the_engine_left_lying_is_put_into_the_journal(store):
    fence = await store.claim("t", owner=new_owner(), lease_seconds=600)
    cancelling = asyncio.create_task(cancel_task(store, "t", by="x"))
    async with asyncio.timeout(30):
        while not await store.commands("t"):  # noqa: ASYNC110 - the store tells nobody of commands
            await asyncio.sleep(0)
        await store.release("t", fence=fence)
        await cancelling

    assert (await store.task("t")).state.value == "cancelled"


async def test_an_engine_that_holds_the_task_is_not_passed_over(store):
    await store.claim("t", owner=new_owner(), lease_seconds=600)

    with pytest.raises(StoreBusy, match="the cancel stays"):
        await cancel_task(store, "t", by="x")

    assert (await store.task("t")).state.value == "pending"
