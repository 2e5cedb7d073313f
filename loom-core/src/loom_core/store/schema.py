"""The tables, as the newest migration leaves them.

``journal`` is the stream of events and holds the truth. The others are derived from it in the same
transaction, but for ``commands``, for how the deliveries of ``webhooks`` went, and for the lessons of
finished tasks, which are made afterwards. Times are whole microseconds since 1970 in UTC: exact,
ordered, and the same on every database. Rows of the journal are never deleted, so that a sequence is
never used twice.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

__all__ = [
    "REVISION",
    "approvals",
    "changes",
    "commands",
    "journal",
    "memory_entries",
    "metadata",
    "pattern_tasks",
    "patterns",
    "plans",
    "studied_tasks",
    "subtasks",
    "tasks",
    "webhooks",
]

REVISION = "0006"
"""The migration that leads to these tables; a test compares both."""

_Serial = BigInteger().with_variant(Integer, "sqlite")
"""A 64 bit key; SQLite makes a key the row's own number only if its type is called INTEGER."""

metadata = MetaData()


def _usage() -> list[Column[int]]:
    """Columns for the sums of tokens and calls."""
    names = ("prompt_tokens", "cached_tokens", "completion_tokens", "calls")
    return [Column(name, BigInteger, nullable=False) for name in names]


journal = Table(
    "journal",
    metadata,
    Column("sequence", _Serial, primary_key=True, autoincrement=False),
    Column("task_id", Text, nullable=False),
    Column("subtask_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Index("journal_by_task", "task_id", "sequence"),
    Index("journal_by_subtask", "task_id", "subtask_id", "sequence"),
)
"""Every event, in the order in which it was committed; the payload is its body as JSON."""

tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False, unique=True),
    Column("goal", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("approval_mode", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("replans", Integer, nullable=False),
    Column("summary", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("confidence", Float),
    *_usage(),
    Column("owner", Text, nullable=False),
    Column("lease_until", BigInteger),
    Column("fence", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("kind", Text, nullable=False, server_default="goal"),
    Column("pause_cause", Text, nullable=False, server_default=""),
    Column("idempotency_key", Text),
    Column("lease_boot", Text, nullable=False, server_default=""),
    Column("lease_ticks", BigInteger),
    Column("callback_url", Text, nullable=False, server_default=""),
    Index("tasks_by_key", "idempotency_key", unique=True),
)
"""One row per task; ``sequence`` is that of its creation, ``lease_until`` is null when released.

``lease_ticks`` is the end of the lease by the clock that ``lease_boot`` started, which nobody sets.
"""

plans = Table(
    "plans",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("plan", Text, nullable=False),
)
"""Every version of a plan as JSON; kept out of ``tasks`` because an update copies its whole row."""

subtasks = Table(
    "subtasks",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("summary", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("confidence", Float),
    Column("verdict", Text),
    *_usage(),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
)
"""One row per subtask that any version of the task's plan had."""

approvals = Table(
    "approvals",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("subtask_id", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("is_parking", Boolean, nullable=False),
    Column("decision", Boolean),
    Column("decided_by", Text, nullable=False),
    Column("decided_reason", Text, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
)
"""What a human was asked; ``is_parking`` when the subtask's attempt is over, not in the middle."""

changes = Table(
    "changes",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("task_id", Text, nullable=False),
    Column("subtask_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("mode", Integer, nullable=False),
    Column("is_recoverable", Boolean, nullable=False),
    Column("by_command", Boolean, nullable=False),
    Column("type", Text, nullable=False, server_default="file"),
    Column("mode_after", Integer, nullable=False, server_default="0"),
    Column("parents_made", Integer, nullable=False, server_default="0"),
    Column("undone_by", BigInteger),
    Index("changes_by_task", "task_id", "sequence"),
)
"""Every change of a workspace file, with the event that says so, and the one that undid it."""

memory_entries = Table(
    "memory_entries",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("sequence", BigInteger, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("subtask_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("memory_entries_by_task", "task_id", "id"),
)
"""What was learned; ``tags`` is a JSON array. The database keeps a full-text index beside it."""

commands = Table(
    "commands",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("task_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger),
    Index("commands_by_task", "task_id", "taken_at"),
)
"""What other processes want of a task; not derived from the journal, it goes the other way."""

patterns = Table(
    "patterns",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("frequency", Integer, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Index("patterns_by_key", "workspace", "kind", "key", unique=True),
    sqlite_autoincrement=True,
)
"""Lessons of finished tasks; ``facts`` is JSON. The id of a deleted one is never given again."""

pattern_tasks = Table(
    "pattern_tasks",
    metadata,
    Column("pattern_id", BigInteger, primary_key=True, autoincrement=False),
    Column("task_id", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("subtask_id", Text, nullable=False),
)
"""Which task taught a lesson (``part`` is ``source``), and which had it (``use``)."""

studied_tasks = Table(
    "studied_tasks",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("is_completed", Boolean, nullable=False),
    Column("was_planned", Boolean, nullable=False),
    Index("studied_tasks_by_workspace", "workspace"),
)
"""Finished tasks whose lessons were taken, also where there was none."""

webhooks = Table(
    "webhooks",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("task_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("problem", Text, nullable=False),
    Column("settled_at", BigInteger),
    Index("webhooks_by_task", "task_id", "sequence"),
    Index("webhooks_by_due", "state", "due_at"),
)
"""The outbox: one row for each event that somebody outside is to be told, by the event's sequence."""
