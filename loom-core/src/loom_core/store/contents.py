"""Which kept contents the tasks in the journal still need."""

from collections import defaultdict

from sqlalchemy import Connection, select

from loom_core.events import UndoStarted
from loom_core.store.decoding import as_event
from loom_core.store.records import NeededContents
from loom_core.store.schema import changes, journal, tasks
from loom_core.store.transitions import FINAL_STATES

__all__ = ["read_needed_contents"]


def read_needed_contents(connection: Connection) -> list[NeededContents]:
    """For each task, the newest last, what its files held before changes and undos."""
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
    every = select(tasks.c.id, tasks.c.state).order_by(tasks.c.sequence)
    return [
        NeededContents(task_id, state in FINAL_STATES, frozenset(needed[task_id] - {""}))
        for task_id, state in connection.execute(every)
    ]
