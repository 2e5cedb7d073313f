"""Finding the task that a person means."""

from loom_core.cli.program_name import program_name
from loom_core.errors import UnknownTask
from loom_core.store import Store, TaskRecord

LAST = "last"
"""Stands for the newest task."""


async def find_task(store: Store, reference: str) -> TaskRecord:
    """The task with that id, the only one whose id begins so, or the newest for ``last``.

    Raises:
        UnknownTask: there is none, or several begin so; says which is near.
    """
    if reference != LAST:
        return await store.task(reference)
    newest = await store.tasks(limit=1)
    if not newest:
        raise UnknownTask(f"there is no task yet; start one: {program_name()} run GOAL -w DIR")
    return newest[0]
