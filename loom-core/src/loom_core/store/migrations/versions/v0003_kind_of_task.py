"""Sessions beside goals. Frozen."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; what was recorded before is of goals."""
    op.add_column("tasks", Column("kind", Text, nullable=False, server_default="goal"))
