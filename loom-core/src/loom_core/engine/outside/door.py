"""How anybody acts on a task: by its journal where nobody works on it, else by a command.

Both ways end in the journal. A command that its engine does not live to obey waits for the next one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core.engine.owner import is_alive, new_owner
from loom_core.errors import StoreBusy, TaskIsOver, UsageError
from loom_core.store import Store, TaskRecord
from loom_core.types import TaskKind

PATIENCE_SECONDS = 10.0
"""How long an engine has to obey; it looks for commands several times a second."""
_LEASE_SECONDS = 10.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a task, in both ways."""

    kind: str
    """Of the command for the engine that works on the task."""
    payload: dict[str, JsonValue]
    journal: Callable[[int], Awaitable[object]]
    """Writes it into the journal under a fence, where nobody works on the task."""
    verb: str
    """What cannot be done to a task that is over, such as ``cancel``."""


def refuse_idle_session(record: TaskRecord) -> None:
    """Raise ``UsageError`` for a session between two turns: only its user goes on with it."""
    if record.kind is TaskKind.SESSION:
        raise UsageError(f"task {record.id} is a session in which nothing runs now; say it there")


async def put_through(store: Store, task_id: str, wish: Wish) -> int | None:
    """Have a wish in the journal, or leave it to the engine that works on the task.

    Gives the id of the command that was left; None when it is journalled.

    Raises:
        TaskIsOver: the task has ended.
        UsageError: it is not to be done to a session between two turns.
    """
    try:
        fence = await store.claim(
            task_id, owner=new_owner(), lease_seconds=_LEASE_SECONDS, is_alive=is_alive
        )
    except TaskIsOver:
        state = (await store.task(task_id)).state.value
        raise TaskIsOver(
            f"task {task_id} is already {state}; there is nothing to {wish.verb}"
        ) from None
    except StoreBusy:
        return await store.request(task_id, wish.kind, wish.payload)
    try:
        await wish.journal(fence)
    finally:
        await store.release(task_id, fence=fence)
    return None


async def is_obeyed(store: Store, task_id: str, command_id: int) -> bool:
    """Whether the engine obeyed within its time, or the task ended meanwhile.

    Waiting may be given up at any moment: the command stays.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await _waits(store, task_id, command_id):  # noqa: ASYNC110 - another process obeys
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        return False
    return True


async def _waits(store: Store, task_id: str, command_id: int) -> bool:
    """Whether a command is neither obeyed nor pointless."""
    if command_id not in [command.id for command in await store.commands(task_id)]:
        return False
    return not (await store.task(task_id)).state.is_terminal
