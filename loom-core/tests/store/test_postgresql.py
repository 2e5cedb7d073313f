"""What only PostgreSQL can do wrong, and what it is asked for."""

import asyncio

import pytest
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url

from loom_core.errors import StoreBusy, StoreError
from loom_core.events import NudgeSent
from loom_core.store import Entry, Store, migrate, schema
from loom_core.store.address import database_at
from loom_core.testing.postgresql import PostgresqlServer

NUDGE = [Entry(NudgeSent(step=1, text="x"))]


@pytest.fixture
def url(postgresql):
    return postgresql.new_database()


def engine_of(url):
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))


def described(url):
    """Every table with its columns and indexes."""
    engine = engine_of(url)
    look = inspect(engine)
    found = {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in columns],
            sorted((i["name"], str(i.get("expressions") or i["column_names"])) for i in indexes),
        )
        for name in look.get_table_names()
        for columns, indexes in [(look.get_columns(name), look.get_indexes(name))]
    }
    engine.dispose()
    return found


async def test_migrations_lead_to_the_same_tables_as_a_new_database(url, postgresql):
    migrated = postgresql.new_database()
    database = database_at(migrated, busy_timeout_seconds=5)
    with database.writing.begin() as connection:
        migrate.upgrade(connection)
        assert MigrationContext.configure(connection).get_current_revision() == schema.REVISION
    database.close()
    await Store.open(url).close()

    assert described(url) == described(migrated)


async def test_a_writer_waits_for_another_one_only_so_long(url, task):
    store = Store.open(url, busy_timeout_seconds=0.2)
    await store.create_task(task)
    fence = await store.claim(task.id, owner="me", lease_seconds=60)
    other = database_at(url, busy_timeout_seconds=5)

    with other.writing.begin():
        with pytest.raises(StoreBusy, match=r"its lock was not to be had within 0.2 s"):
            await store.append(task.id, NUDGE, fence=fence)
        assert len(await store.events(task.id)) == 2  # readers never wait

    assert await store.append(task.id, NUDGE, fence=fence)
    other.close()
    await store.close()


async def test_nothing_acknowledged_is_lost_when_the_server_dies(task):
    with PostgresqlServer() as server:
        store = Store.open(server.new_database(), durability="power")
        await store.create_task(task)
        fence = await store.claim(task.id, owner="me", lease_seconds=60)
        written = await store.append(task.id, NUDGE, fence=fence)

        server.stop()
        with pytest.raises(StoreError, match=r"failed \(.*\): "):
            await store.append(task.id, NUDGE, fence=fence)
        server.restart()

        assert (await store.events(task.id))[-1:] == written
        assert await store.append(task.id, NUDGE, fence=fence)
        await store.close()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"database": "nothing"}, 'database "nothing" does not exist.*createdb makes it'),
        ({"query": {"host": "/nowhere"}}, "/nowhere.*check that the server runs"),
        (
            {"username": "stranger", "password": "secret"},
            '"stranger" does not exist.*user and pass',
        ),
    ],
)
def test_a_server_that_cannot_be_used_says_why_and_tells_no_password(url, change, reason):
    asked = make_url(url).set(**change).render_as_string(hide_password=False)

    with pytest.raises(StoreError, match=reason) as error:
        Store.open(asked)

    assert "secret" not in str(error.value)


def test_a_database_of_something_else_is_refused_untouched(url):
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id int)")

    with pytest.raises(StoreError, match=r"not one of Loom's; set memory\.database_url"):
        Store.open(url)

    assert inspect(engine).get_table_names() == ["theirs"]
    engine.dispose()


async def test_many_processes_open_a_new_database_at_once(url):
    opened = await asyncio.gather(*(asyncio.to_thread(Store.open, url) for _ in range(6)))

    for store in opened:
        await store.close()
