"""Lessons of many tasks, where each came from and was used, and which tasks were studied. Frozen."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Integer, Text

revision = "0005"
down_revision = "0004"

_SERIAL = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "patterns",
        Column("id", _SERIAL, primary_key=True, autoincrement=True),
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
        sqlite_autoincrement=True,
    )
    op.create_index("patterns_by_key", "patterns", ["workspace", "kind", "key"], unique=True)
    op.create_table(
        "pattern_tasks",
        Column("pattern_id", BigInteger, primary_key=True, autoincrement=False),
        Column("task_id", Text, primary_key=True),
        Column("part", Text, primary_key=True),
        Column("subtask_id", Text, nullable=False),
    )
    op.create_table(
        "studied_tasks",
        Column("task_id", Text, primary_key=True),
        Column("workspace", Text, nullable=False),
        Column("is_completed", Boolean, nullable=False),
        Column("was_planned", Boolean, nullable=False),
    )
    op.create_index("studied_tasks_by_workspace", "studied_tasks", ["workspace"])
