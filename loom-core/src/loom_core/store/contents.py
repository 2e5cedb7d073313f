"""Which kept contents the tasks in the journal still need."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from loom_core.events import ToolCallFinished, TurnStarted, UndoStarted
from loom_core.store.decoding import as_event
from loom_core.store.records import NeededContents
from loom_core.store.schema import changes, journal, tasks
from loom_core.store.transitions import FINAL_STATES
from loom_core.types import ToolResult

__all__ = ["read_needed_contents"]

_HAS_PICTURES = '%"images":[{%'
"""In the JSON of an event; inside of a text the quotes would be escaped."""


def read_needed_contents(connection: Connection) -> list[NeededContents]:
    """For each task, the newest last, what its files held before changes and undos.

    Pictures are needed for as long as a task may go on: a replay of one that is over does without.
    """
    needed: defaultdict[str, set[str]] = defaultdict(set)
    recorded = select(changes.c.task_id, changes.c.before).where(changes.c.is_recoverable)
    for task_id, before in connection.execute(recorded):
        needed[task_id].add(before)
    undos = select(journal).where(journal.c.type == UndoStarted.__name__)
    for row in connection.execute(undos).mappings():
        event = as_event(row)
        if isinstance(event.body, UndoStarted):
            both = ((change.before, change.after) for change in event.body.changes)
            needed[event.task_id].update(digest for pair in both for digest in pair)
    for task_id, sha256 in _pictures(connection):
        needed[task_id].add(sha256)
    every = select(tasks.c.id, tasks.c.state).order_by(tasks.c.sequence)
    return [
        NeededContents(task_id, state in FINAL_STATES, frozenset(needed[task_id] - {""}))
        for task_id, state in connection.execute(every)
    ]


def _pictures(connection: Connection) -> Iterator[tuple[str, str]]:
    """The pictures that models of unfinished tasks were shown, with the task."""
    going_on = select(tasks.c.id).where(tasks.c.state.not_in(FINAL_STATES))
    told = select(journal).where(
        journal.c.task_id.in_(going_on),
        journal.c.type.in_([ToolCallFinished.__name__, TurnStarted.__name__]),
        journal.c.payload.like(_HAS_PICTURES),
    )
    for row in connection.execute(told).mappings():
        match as_event(row).body:
            case ToolCallFinished(result=ToolResult(images=images)) | TurnStarted(images=images):
                yield from ((row["task_id"], image.sha256) for image in images)
            case _:
                pass
