"""The first tables. Frozen: what changes later is a migration of its own."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Text

revision = "0001"
down_revision = None

_SERIAL = BigInteger().with_variant(Integer, "sqlite")

_INDEX = (
    """CREATE VIRTUAL TABLE memory_index USING fts5(
        text, tags, content='memory_entries', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER memory_index_insert AFTER INSERT ON memory_entries BEGIN
        INSERT INTO memory_index(rowid, text, tags) VALUES (new.id, new.text, new.tags);
    END""",
    """CREATE TRIGGER memory_index_delete AFTER DELETE ON memory_entries BEGIN
        INSERT INTO memory_index(memory_index, rowid, text, tags)
        VALUES ('delete', old.id, old.text, old.tags);
    END""",
)

_INDEX_OF_POSTGRESQL = (
    "CREATE TEXT SEARCH DICTIONARY loom_stems (TEMPLATE = snowball, Language = english)",
    'CREATE TEXT SEARCH CONFIGURATION loom_words (PARSER = "default")',
    (
        "ALTER TEXT SEARCH CONFIGURATION loom_words ADD MAPPING FOR asciiword, word, numword, int, uint, "
        "float, sfloat, hword, asciihword, numhword, hword_part, hword_asciipart, hword_numpart "
        "WITH loom_stems"
    ),
    r"""CREATE INDEX memory_index ON memory_entries USING gin (
        to_tsvector('loom_words'::regconfig, regexp_replace(lower(regexp_replace(
            normalize(text || ' ' || tags, NFKD), '[\u0300-\u036f]', '', 'g')),
            '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', ' ', 'g')))""",
)


def upgrade() -> None:
    """Create everything."""
    _create_stream()
    _create_tasks()
    _create_subtasks()
    _create_approvals()
    _create_changes()
    _create_memory()


def _required(*names: str, of: type = Text) -> list[Column[object]]:
    """Columns that always have a value."""
    return [Column(name, of, nullable=False) for name in names]


def _usage() -> list[Column[object]]:
    """Columns for the sums of tokens and calls."""
    names = ("prompt_tokens", "cached_tokens", "completion_tokens", "calls")
    return _required(*names, of=BigInteger)


def _create_stream() -> None:
    """The journal, and the commands that go the other way."""
    op.create_table(
        "journal",
        Column("sequence", _SERIAL, primary_key=True, autoincrement=False),
        *_required("task_id", "subtask_id"),
        *_required("attempt", of=Integer),
        *_required("fence", of=BigInteger),
        *_required("type"),
        *_required("version", of=Integer),
        *_required("at", of=BigInteger),
        *_required("payload"),
    )
    op.create_index("journal_by_task", "journal", ["task_id", "sequence"])
    op.create_index("journal_by_subtask", "journal", ["task_id", "subtask_id", "sequence"])
    op.create_table(
        "commands",
        Column("id", _SERIAL, primary_key=True, autoincrement=True),
        *_required("task_id", "kind", "payload"),
        *_required("created_at", of=BigInteger),
        Column("taken_at", BigInteger),
    )
    op.create_index("commands_by_task", "commands", ["task_id", "taken_at"])


def _create_tasks() -> None:
    """Tasks and the versions of their plans."""
    op.create_table(
        "tasks",
        Column("id", Text, primary_key=True),
        Column("sequence", BigInteger, nullable=False, unique=True),
        *_required("goal", "workspace", "context", "approval_mode", "state"),
        *_required("plan_version", "replans", of=Integer),
        *_required("summary", "reason", "advice"),
        Column("confidence", Float),
        *_usage(),
        *_required("owner"),
        Column("lease_until", BigInteger),
        *_required("fence", "created_at", of=BigInteger),
        Column("started_at", BigInteger),
        Column("finished_at", BigInteger),
    )
    op.create_table(
        "plans",
        Column("task_id", Text, primary_key=True),
        Column("version", Integer, primary_key=True),
        *_required("plan"),
    )


def _create_subtasks() -> None:
    """Subtasks."""
    op.create_table(
        "subtasks",
        Column("task_id", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        *_required("position", of=Integer),
        *_required("description", "state"),
        *_required("attempt", of=Integer),
        *_required("model"),
        *_required("tier", of=Integer),
        *_required("summary", "reason"),
        Column("confidence", Float),
        Column("verdict", Text),
        *_usage(),
        Column("started_at", BigInteger),
        Column("finished_at", BigInteger),
    )


def _create_approvals() -> None:
    """What humans are asked."""
    op.create_table(
        "approvals",
        Column("task_id", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        *_required("subtask_id", "what", "reason"),
        *_required("is_parking", of=Boolean),
        Column("decision", Boolean),
        *_required("decided_by", "decided_reason"),
        *_required("requested_at", of=BigInteger),
        Column("decided_at", BigInteger),
    )


def _create_changes() -> None:
    """File changes."""
    op.create_table(
        "changes",
        Column("sequence", BigInteger, primary_key=True, autoincrement=False),
        Column("position", Integer, primary_key=True, autoincrement=False),
        *_required("task_id", "subtask_id"),
        *_required("attempt", of=Integer),
        *_required("path", "kind", "before", "after"),
        *_required("mode", of=Integer),
        *_required("is_recoverable", "by_command", of=Boolean),
    )
    op.create_index("changes_by_task", "changes", ["task_id", "sequence"])


def _create_memory() -> None:
    """Memory and its full-text index."""
    op.create_table(
        "memory_entries",
        Column("id", _SERIAL, primary_key=True, autoincrement=True),
        *_required("sequence", of=BigInteger),
        *_required("task_id", "subtask_id", "kind", "text", "tags"),
        *_required("at", of=BigInteger),
    )
    op.create_index("memory_entries_by_task", "memory_entries", ["task_id", "id"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _INDEX if is_sqlite else _INDEX_OF_POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
