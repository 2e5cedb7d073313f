import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from loom_core.store.schema import metadata
from loom_core.store.statements import Statements, key_values


class Recorder:
    """Stands for a connection and keeps what it is asked to execute."""

    def __init__(self):
        self.calls = []

    def exec_driver_sql(self, sql, rows):
        self.calls.append((sql, rows))


@pytest.mark.parametrize(
    ("dialect", "rows"),
    [
        (sqlite.dialect(), [("running", "t", "a")]),
        (postgresql.dialect(), [{"state": "running", "key_task_id": "t", "key_id": "a"}]),
    ],
)
def test_rows_are_handed_over_in_the_style_of_the_driver(dialect, rows):
    connection = Recorder()
    statement = Statements(dialect).update("subtasks", ("state",))

    statement.run(connection, [{"state": "running", **key_values("subtasks", ("t", "a"))}])

    [(sql, handed_over)] = connection.calls
    assert sql.startswith("UPDATE subtasks SET state=")
    assert handed_over == rows


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_tables_can_be_made_on_postgresql_too(table):
    ddl = str(CreateTable(metadata.tables[table]).compile(dialect=postgresql.dialect()))

    assert "BIGINT" in ddl or "BIGSERIAL" in ddl or table in {"plans", "studied_tasks"}


def test_each_statement_is_compiled_once():
    statements = Statements(sqlite.dialect())

    assert statements.update("plans", ("plan",)) is statements.update("plans", ("plan",))
