"""Who is told of a task, and what is to be told. Frozen."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column and the table; nobody is told of tasks from before."""
    op.add_column("tasks", Column("callback_url", Text, nullable=False, server_default=""))
    op.create_table(
        "webhooks",
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
    )
    op.create_index("webhooks_by_task", "webhooks", ["task_id", "sequence"])
    op.create_index("webhooks_by_due", "webhooks", ["state", "due_at"])
