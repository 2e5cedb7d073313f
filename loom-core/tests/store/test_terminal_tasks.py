import pytest

from loom_core import events
from loom_core.errors import TaskIsOver
from loom_core.store.projection import WITHOUT_EFFECT
from loom_core.store.transitions import PLAN_EVENTS, SUBTASK_STATES, TASK_STATES
from loom_core.types import TaskState

ENDINGS = ["TaskCompleted", "TaskFailed", "TaskCancelled"]
MOVING = [
    kind.__name__
    for kind in [*TASK_STATES, *SUBTASK_STATES, *PLAN_EVENTS]
    if kind is not events.TaskCreated
]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_ended_task_never_changes(ending, run, bodies):
    await run.add(bodies[ending])
    before = await run.store.task(run.task_id), await run.store.subtasks(run.task_id)
    journal = await run.store.events(run.task_id)

    for name in MOVING:
        with pytest.raises(TaskIsOver, match=f"already {before[0].state.value}.*{name}"):
            await run.add_to_first(bodies[name])

    assert (await run.store.task(run.task_id), await run.store.subtasks(run.task_id)) == before
    assert await run.store.events(run.task_id) == journal


async def test_ended_task_takes_what_changes_no_state(run, bodies):
    await run.add(bodies["TaskCompleted"])

    await run.add(bodies["MemoryExtracted"], *(bodies[kind.__name__] for kind in WITHOUT_EFFECT))

    assert await run.state() is TaskState.COMPLETED
    assert len(await run.store.search_memory("")) == 1


async def test_entries_of_one_append_are_all_kept_or_none(run, bodies):
    await run.add(bodies["TaskCancelled"])
    before = await run.store.events(run.task_id)

    with pytest.raises(TaskIsOver):
        await run.add(bodies["MemoryExtracted"], bodies["TaskCompleted"])

    assert await run.store.events(run.task_id) == before
    assert await run.store.search_memory("") == []


async def test_ended_task_cannot_be_claimed_or_commanded(run, bodies):
    await run.add(bodies["TaskFailed"])

    with pytest.raises(TaskIsOver, match="already failed"):
        await run.store.claim(run.task_id, owner="other", lease_seconds=1)
    with pytest.raises(TaskIsOver, match="already failed"):
        await run.store.request(run.task_id, "cancel", {})
    await run.store.release(run.task_id, fence=run.fence)
