"""Letting a task stand still, and taking that back, whoever works on it."""

from loom_core.engine.control import PAUSE, RESUME
from loom_core.engine.outside.door import (
    Wish,
    is_obeyed,
    put_through,
    refuse_idle_session,
)
from loom_core.engine.owner import is_alive
from loom_core.errors import TaskIsOver
from loom_core.events import TaskPaused
from loom_core.store import Entry, Store
from loom_core.types import PauseCause, TaskState


async def pause_task(store: Store, task_id: str, *, by: str) -> bool:
    """Have a task stand still until somebody resumes it.

    What runs at the moment is let finish, so that it may take a while where an engine works on it.
    False when that was not over within some seconds: the task pauses all the same.

    Raises:
        TaskIsOver: it has ended already, or ended before it could be paused.
    """

    async def journal(fence: int) -> None:
        record = await store.task(task_id)
        refuse_idle_session(record)
        if record.state is not TaskState.PAUSED or record.pause_cause is not PauseCause.ASKED:
            paused = TaskPaused(reason=f"paused by {by}", cause=PauseCause.ASKED)
            await store.append(task_id, [Entry(paused)], fence=fence)

    command = await put_through(store, task_id, Wish(PAUSE, {"by": by}, journal, "pause"))
    if command is None:
        return True
    obeyed, record = await is_obeyed(store, task_id, command), await store.task(task_id)
    if record.state.is_terminal:
        raise TaskIsOver(
            f"task {task_id} ended before it could be paused: it is {record.state.value}"
        )
    return obeyed


async def take_back_pause(store: Store, task_id: str, *, by: str) -> bool:
    """Let a task go on that has been asked to pause and still runs; False when it does not run.

    Then it needs somebody who runs it. True also when it runs and nobody wanted it to pause.
    """
    record = await store.task(task_id)
    if record.state.is_terminal or not record.owner or not is_alive(record.owner):
        return False
    if not any(command.kind == PAUSE for command in await store.commands(task_id)):
        return True
    command = await store.request(task_id, RESUME, {"by": by})
    await is_obeyed(store, task_id, command)
    return bool((await store.task(task_id)).owner)
