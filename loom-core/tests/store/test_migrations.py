import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from loom_core.errors import StoreError
from loom_core.store import Store, migrate, schema
from loom_core.store.sqlite import SqliteDatabase


@pytest.fixture
def database(path):
    opened = SqliteDatabase(path, busy_timeout_seconds=1)
    opened.prepare()
    yield opened
    opened.close()


def described(path):
    """Every table, index and trigger with its columns, leaving out how its SQL is laid out."""
    connection = sqlite3.connect(path)
    things = connection.execute("SELECT type, name, tbl_name FROM sqlite_master").fetchall()
    columns = {
        name: connection.execute(f"PRAGMA table_xinfo('{name}')").fetchall()
        for kind, name, _ in things
        if kind == "table"
    }
    indexes = {
        name: connection.execute(f"PRAGMA index_xinfo('{name}')").fetchall()
        for kind, name, _ in things
        if kind == "index"
    }
    own = "SELECT name, sql FROM sqlite_master WHERE name LIKE 'memory_index%'"
    search = connection.execute(own).fetchall()
    connection.close()
    return sorted(things), columns, indexes, sorted(search)


def test_migrations_lead_to_the_same_tables_as_a_new_database(database, tmp_path):
    with database.writing.begin() as connection:
        migrate.upgrade(connection)
    created = SqliteDatabase(tmp_path / "created.db", busy_timeout_seconds=1)
    created.prepare()
    migrate.bring_up_to_date(created)
    created.close()

    assert described(database.path) == described(created.path)
    with database.reading.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, schema.metadata)
        assert context.get_current_revision() == schema.REVISION
    assert [difference for difference in differences if "memory_index" not in str(difference)] == []


def test_newest_migration_is_the_one_the_tables_name():
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")))

    assert ScriptDirectory.from_config(config).get_heads() == [schema.REVISION]


def test_migrating_twice_changes_nothing(database):
    with database.writing.begin() as connection:
        migrate.upgrade(connection)
    before = described(database.path)

    with database.writing.begin() as connection:
        migrate.upgrade(connection)
    migrate.bring_up_to_date(database)

    assert described(database.path) == before


def test_failed_migration_leaves_nothing_behind(database, monkeypatch):
    from alembic import op

    def fail(*_args, **_kwargs):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(op, "create_index", fail)
    with pytest.raises(sqlite3.OperationalError), database.writing.begin() as connection:
        migrate.upgrade(connection)

    assert described(database.path)[0] == []


async def test_opening_again_keeps_everything(path, task):
    store = Store.open(path)
    await store.create_task(task)
    await store.close()
    before = described(path)

    store = Store.open(path)
    assert (await store.task(task.id)).task == task
    await store.close()

    assert described(path) == before


async def test_database_of_a_newer_loom_is_refused(path):
    await Store.open(path).close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.close()

    with pytest.raises(StoreError, match=r"written by a newer Loom .* revision 9999"):
        Store.open(path)


async def test_older_database_is_migrated_on_opening(path, task):
    database = SqliteDatabase(path, busy_timeout_seconds=1)
    database.prepare()
    with database.writing.begin() as connection:
        migrate.upgrade(connection)
    database.close()
    with sqlite3.connect(path) as other:  # as before the first migration, but known to be Loom's
        for kind, name in other.execute(
            "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' "
            "AND name NOT LIKE 'memory_index_%' AND type = 'table' AND name != 'alembic_version'"
        ).fetchall():
            other.execute(f"DROP {kind} {name}")
        other.execute("DELETE FROM alembic_version")
    other.close()

    store = Store.open(path)
    await store.create_task(task)
    assert (await store.task(task.id)).task == task
    await store.close()


def test_opening_a_new_or_current_database_does_not_load_alembic(path):
    code = (
        "import sys\nfrom loom_core.store import Store\n"
        "Store.open(sys.argv[1])\nStore.open(sys.argv[1])\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'alembic'])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout.strip(), done.stderr) == ("[]", "")
