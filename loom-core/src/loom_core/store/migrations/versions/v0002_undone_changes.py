"""Changes of links and directories, and which undo took a change back. Frozen."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; what was recorded before is of files and not undone."""
    for column in (
        Column("type", Text, nullable=False, server_default="file"),
        Column("mode_after", Integer, nullable=False, server_default="0"),
        Column("parents_made", Integer, nullable=False, server_default="0"),
        Column("undone_by", BigInteger),
    ):
        op.add_column("changes", column)
