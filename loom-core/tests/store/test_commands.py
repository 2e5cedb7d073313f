import pytest

from loom_core.errors import StaleFence, StoreError, TaskIsOver, UnknownTask
from loom_core.events import InstructionGiven, SubtaskStarted, TaskCancelled
from loom_core.store import Entry
from loom_core.types import MemoryKind, TaskState

TOLD = Entry(InstructionGiven(text="in French", by="user"))


async def test_commands_stay_until_they_are_settled(run):
    first = await run.store.request(run.task_id, "steer", {"text": 'use "ü"'})
    second = await run.store.request(run.task_id, "cancel", {})

    waiting = await run.store.commands(run.task_id)
    await run.store.settle(run.task_id, [first], fence=run.fence)

    assert [(command.id, command.kind, command.payload) for command in waiting] == [
        (first, "steer", {"text": 'use "ü"'}),
        (second, "cancel", {}),
    ]
    assert [command.id for command in await run.store.commands(run.task_id)] == [second]


async def test_a_command_is_settled_with_the_event_that_obeys_it_or_not_at_all(run):
    command = await run.store.request(run.task_id, "steer", {})
    nowhere = Entry(SubtaskStarted(tier=1), subtask_id="nowhere")

    with pytest.raises(StoreError):
        await run.store.append(run.task_id, [TOLD, nowhere], fence=run.fence, settles=[command])
    assert len(await run.store.commands(run.task_id)) == 1

    await run.store.append(run.task_id, [TOLD], fence=run.fence, settles=[command])
    assert await run.store.commands(run.task_id) == []


async def test_commands_are_not_settled_by_a_stale_engine(run):
    command = await run.store.request(run.task_id, "cancel", {})

    with pytest.raises(StaleFence):
        await run.store.settle(run.task_id, [command], fence=run.fence - 1)
    with pytest.raises(StaleFence):
        await run.store.append(run.task_id, [], fence=run.fence - 1, settles=[command])

    assert len(await run.store.commands(run.task_id)) == 1


async def test_commands_for_an_unknown_task_are_refused(run):
    with pytest.raises(UnknownTask):
        await run.store.request("nothing", "cancel", {})


async def test_an_instruction_becomes_memory_and_is_refused_after_the_end(run):
    await run.store.append(run.task_id, [TOLD], fence=run.fence)
    await run.add(TaskCancelled(by="user"))

    with pytest.raises(TaskIsOver):
        await run.store.append(run.task_id, [TOLD], fence=run.fence)

    (found,) = await run.store.search_memory("French")
    assert (found.entry.kind, found.entry.text) == (MemoryKind.USER_INSTRUCTION, "in French")
    assert await run.state() is TaskState.CANCELLED
