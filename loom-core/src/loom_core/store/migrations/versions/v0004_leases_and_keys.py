"""Why a task is paused, its key, and leases by a clock that nobody sets. Frozen."""

from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; tasks from before have no key, and leases run by the wall clock."""
    for column in (
        Column("pause_cause", Text, nullable=False, server_default=""),
        Column("idempotency_key", Text),
        Column("lease_boot", Text, nullable=False, server_default=""),
        Column("lease_ticks", BigInteger),
    ):
        op.add_column("tasks", column)
    op.create_index("tasks_by_key", "tasks", ["idempotency_key"], unique=True)
