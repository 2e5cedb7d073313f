"""The database: tasks, their journal and memory. Importing it loads SQLAlchemy, so import it late."""

from loom_core.store.pattern_writes import Study
from loom_core.store.records import (
    ApprovalRecord,
    ChangeRecord,
    Command,
    Delivery,
    MemoryRecord,
    NeededContents,
    News,
    PatternRecord,
    PatternTask,
    PatternUses,
    SubtaskRecord,
    TaskRecord,
)
from loom_core.store.store import Entry, Store
from loom_core.store.transactor import Durability

__all__ = [
    "ApprovalRecord",
    "ChangeRecord",
    "Command",
    "Delivery",
    "Durability",
    "Entry",
    "MemoryRecord",
    "NeededContents",
    "News",
    "PatternRecord",
    "PatternTask",
    "PatternUses",
    "Store",
    "Study",
    "SubtaskRecord",
    "TaskRecord",
]
