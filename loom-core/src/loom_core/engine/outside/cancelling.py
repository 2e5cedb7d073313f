"""Cancelling a task, whoever works on it."""

from loom_core.engine.control import CANCEL
from loom_core.engine.outside.door import PATIENCE_SECONDS, Wish, is_obeyed, put_through
from loom_core.errors import StoreBusy, TaskIsOver
from loom_core.events import TaskCancelled
from loom_core.store import Entry, Store
from loom_core.types import TaskState


async def cancel_task(store: Store, task_id: str, *, by: str) -> None:
    """Cancel a task; it is cancelled when this returns.

    Raises:
        TaskIsOver: it has ended already, or ended before it could be cancelled.
        StoreBusy: the engine that holds it did not react; it will when it looks again.
    """

    async def journal(fence: int) -> None:
        await store.append(task_id, [Entry(TaskCancelled(by=by))], fence=fence)

    command = await put_through(store, task_id, Wish(CANCEL, {"by": by}, journal, "cancel"))
    if command is None:
        return
    obeyed, record = await is_obeyed(store, task_id, command), await store.task(task_id)
    if not obeyed and not record.owner:
        # It stopped before it looked for commands, and nobody will look before the next run.
        await cancel_task(store, task_id, by=by)
        return
    if not obeyed:
        raise StoreBusy(
            f"task {task_id} was asked to stop, but {record.owner or 'its engine'} did not do so "
            f"within {PATIENCE_SECONDS:g} s; look again with `loom status {task_id}`, or end that "
            "process: the cancel stays"
        )
    if record.state is not TaskState.CANCELLED:
        raise TaskIsOver(
            f"task {task_id} ended before it could be cancelled: it is {record.state.value}"
        )
