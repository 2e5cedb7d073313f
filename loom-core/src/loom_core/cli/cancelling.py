"""Cancelling a task, whoever works on it."""

import asyncio

from loom_core.cli.program_name import program_name
from loom_core.engine.control import CANCEL
from loom_core.engine.owner import is_alive, this_owner
from loom_core.errors import StoreBusy, TaskIsOver
from loom_core.events import TaskCancelled
from loom_core.store import Entry, Store, TaskRecord
from loom_core.types import TaskState

_BY = "loom cancel"
_LEASE_SECONDS = 10.0
_POLL_SECONDS = 0.1
PATIENCE_SECONDS = 10.0
"""How long an engine has to let go of a task; it looks for commands several times a second."""


async def cancel_task(store: Store, record: TaskRecord) -> TaskState:
    """Cancel a task and give its state, which is cancelled.

    Raises:
        TaskIsOver: it has ended already.
        StoreBusy: the engine that holds it did not react; it will when it looks again.
    """
    try:
        fence = await store.claim(
            record.id, owner=this_owner(), lease_seconds=_LEASE_SECONDS, is_alive=is_alive
        )
    except TaskIsOver:
        state = (await store.task(record.id)).state.value
        raise TaskIsOver(
            f"task {record.id} is already {state}; there is nothing to cancel"
        ) from None
    except StoreBusy:
        return await _ask_the_engine(store, record)
    await store.append(record.id, [Entry(TaskCancelled(by=_BY))], fence=fence)
    await store.release(record.id, fence=fence)
    return TaskState.CANCELLED


async def _ask_the_engine(store: Store, record: TaskRecord) -> TaskState:
    await store.request(record.id, CANCEL, {"by": _BY})
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            state = await _wait_for_end(store, record.id)
    except TimeoutError:
        raise StoreBusy(
            f"task {record.id} was asked to stop, but {record.owner} did not do so within "
            f"{PATIENCE_SECONDS:.0f} s; look again with `{program_name()} status {record.id}`, or "
            "end that process"
        ) from None
    if state is not TaskState.CANCELLED:
        raise TaskIsOver(
            f"task {record.id} ended before it could be cancelled: it is {state.value}"
        )
    return state


async def _wait_for_end(store: Store, task_id: str) -> TaskState:
    while not (state := (await store.task(task_id)).state).is_terminal:  # noqa: ASYNC110  # another process writes it
        await asyncio.sleep(_POLL_SECONDS)
    return state
