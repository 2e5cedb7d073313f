"""A task, folded from its events."""

from collections.abc import Iterable

from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.events import Event


def replay(task_id: str, events: Iterable[Event]) -> TaskProgress:
    """The task as it stands after these events, which are all of it."""
    progress = TaskProgress(task_id)
    for event in events:
        progress.apply(event)
    return progress
