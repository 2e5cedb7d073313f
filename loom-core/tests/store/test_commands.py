import pytest

from loom_core.errors import StaleFence, UnknownTask


async def test_commands_are_given_out_once_in_order(run):
    first = await run.store.request(run.task_id, "steer", {"text": 'use "ü"'})
    second = await run.store.request(run.task_id, "cancel", {})

    taken = await run.store.take_commands(run.task_id, fence=run.fence)

    assert [(command.id, command.kind, command.payload) for command in taken] == [
        (first, "steer", {"text": 'use "ü"'}),
        (second, "cancel", {}),
    ]
    assert await run.store.take_commands(run.task_id, fence=run.fence) == []


async def test_commands_are_not_given_to_a_stale_engine(run):
    await run.store.request(run.task_id, "cancel", {})

    with pytest.raises(StaleFence):
        await run.store.take_commands(run.task_id, fence=run.fence - 1)

    assert len(await run.store.take_commands(run.task_id, fence=run.fence)) == 1


async def test_commands_for_an_unknown_task_are_refused(run):
    with pytest.raises(UnknownTask):
        await run.store.request("nothing", "cancel", {})
