"""Telling a task something while it is under way, whoever works on it."""

from loom_core.engine.control import STEER
from loom_core.engine.outside.door import (
    Wish,
    is_obeyed,
    put_through,
    refuse_idle_session,
)
from loom_core.errors import StoreBusy, TaskIsOver, UsageError
from loom_core.events import InstructionGiven
from loom_core.store import Entry, Store

MAX_CHARACTERS = 2_000
"""The longest instruction: it stays in every conversation from then on."""


async def steer_task(store: Store, task_id: str, text: str, *, by: str) -> None:
    """Tell a task something; it is in the journal when this returns.

    Each model that works on the task is told at its next call.

    Raises:
        UsageError: the text is empty, too long or no text.
        TaskIsOver: the task has ended, or ended before it could be told.
        StoreBusy: the engine that holds it did not react; it will when it looks again.
    """
    said = _checked(text)

    async def journal(fence: int) -> None:
        refuse_idle_session(await store.task(task_id))
        await store.append(task_id, [Entry(InstructionGiven(text=said, by=by))], fence=fence)

    wish = Wish(STEER, {"text": said, "by": by}, journal, "steer")
    command = await put_through(store, task_id, wish)
    if command is None:
        return
    if not await is_obeyed(store, task_id, command):
        raise StoreBusy(
            f"the engine that works on task {task_id} did not take this within some seconds; it "
            "will when it looks again, and so will the next one: do not send it twice"
        )
    if command in [waiting.id for waiting in await store.commands(task_id)]:
        raise TaskIsOver(f"task {task_id} ended before it could be told")


def _checked(text: str) -> str:
    """The instruction without blanks around it. Raises ``UsageError``."""
    said = text.strip()
    if not said:
        raise UsageError('there is nothing to say; write it: loom steer ID "use British spelling"')
    if len(said) > MAX_CHARACTERS:
        raise UsageError(
            f"the instruction has {len(said):,} characters and {MAX_CHARACTERS:,} is the most; put "
            "the details into a file of the workspace and name it"
        )
    try:
        said.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"the instruction is no valid text at character {error.start + 1}; type it again"
        ) from error
    return said
