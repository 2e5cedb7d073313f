"""Checking, backing up and upgrading a database."""

import asyncio
import sqlite3

import pytest

from loom_core.errors import StoreError, UsageError
from loom_core.events import NudgeSent, PlanReplaced
from loom_core.store import Entry, Store, migrate, schema
from loom_core.store.address import database_at
from loom_core.store.maintenance import back_up, check, upgrade_database
from loom_core.store.sqlite import SqliteDatabase


async def test_tables_that_follow_from_the_journal_are_sound(run, url, bodies, make_plan):
    first = ["SubtaskStarted", "PromptAssembled", "ModelCallFinished", "ToolCallFinished"]
    first += ["ApprovalRequested", "ApprovalDecided", "SubtaskParked", "VerdictReached"]
    await run.add_to_first(*(bodies[name] for name in first))
    await run.add(bodies["MemoryExtracted"], bodies["InstructionGiven"], bodies["TaskPaused"])
    await run.add(PlanReplaced(plan=make_plan("first", "third", version=2), reason="r"))
    await run.store.request(run.task_id, "pause", {})

    assert await asyncio.to_thread(check, url) == []


DAMAGES = {
    "UPDATE tasks SET state = 'completed'": "tasks of task task-1 .*state",
    "UPDATE subtasks SET description = 'else' WHERE id = 'first'": "subtasks .*description",
    "DELETE FROM subtasks WHERE id = 'second'": "subtasks .*1 missing",
    "UPDATE journal SET payload = '{}' WHERE type = 'PlanCreated'": "cannot be replayed: event",
    "INSERT INTO plans VALUES ('nobody', 1, '{}')": "plans has rows of tasks that are not there: nob",
}


@pytest.mark.parametrize(("damage", "problem"), DAMAGES.items())
async def test_what_does_not_follow_is_found(run, url, damage, problem):
    database = database_at(url, busy_timeout_seconds=5)
    with database.writing.begin() as connection:
        connection.exec_driver_sql(damage)
    database.close()

    found = await asyncio.to_thread(check, url)

    assert len(found) == 1
    with pytest.raises(AssertionError, match=problem):
        raise AssertionError(found[0])


async def test_a_damaged_index_of_words_is_found(run, bodies, path):
    await run.add(bodies["MemoryExtracted"])
    with sqlite3.connect(path) as other:
        other.execute("DROP TRIGGER memory_index_delete")
        other.execute("DELETE FROM memory_entries")
    other.close()

    (found,) = await asyncio.to_thread(check, path)

    assert "index of words does not match" in found


def test_what_is_not_there_is_not_made(tmp_path):
    for act in (check, upgrade_database, lambda path: back_up(path, tmp_path / "copy")):
        with pytest.raises(StoreError, match="there is no database"):
            act(tmp_path / "loom.db")
    assert list(tmp_path.iterdir()) == []


async def test_a_backup_made_while_others_write_is_whole(run, path, tmp_path):
    target = tmp_path / "copy.db"
    writing = asyncio.create_task(write_on(run))
    await asyncio.sleep(0)
    await asyncio.to_thread(back_up, path, target)
    at_least = len(await run.store.events(run.task_id))
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)

    assert check(target) == []
    copy = Store.open(target)
    kept = await copy.events(run.task_id)
    assert 3 <= len(kept) <= at_least
    assert kept == (await run.store.events(run.task_id))[: len(kept)]
    await copy.close()
    assert target.stat().st_mode & 0o077 == 0
    assert [name.name for name in tmp_path.glob(".copy*")] == []


async def write_on(run):
    while True:
        await run.add(NudgeSent(step=1, text="x" * 1000))


async def test_a_backup_overwrites_nothing_and_needs_a_place(run, path, tmp_path):
    (tmp_path / "there").write_text("mine")

    with pytest.raises(UsageError, match="exists already"):
        back_up(path, tmp_path / "there")
    with pytest.raises(UsageError, match="is no directory"):
        back_up(path, tmp_path / "nowhere" / "copy")

    assert (tmp_path / "there").read_text() == "mine"


def make_older(path):
    """A database as the first version of the tables left it, with one task in its journal."""
    database = SqliteDatabase(path, busy_timeout_seconds=1)
    database.prepare()
    with database.writing.begin() as connection:
        migrate.upgrade(connection, "0002")
    database.close()


async def test_an_older_file_is_backed_up_and_brought_up_to_date(path):
    make_older(path)

    assert upgrade_database(path) == ("0002", schema.REVISION)

    backup = path.with_name("loom.db.revision-0002")
    with sqlite3.connect(backup) as kept:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
    kept.close()
    assert check(path) == []
    assert upgrade_database(path) == (schema.REVISION, schema.REVISION)


async def test_an_older_file_is_not_checked_but_backed_up_when_it_is_opened(path):
    make_older(path)

    with pytest.raises(StoreError, match="loom db upgrade"):
        check(path)
    await Store.open(path).close()

    assert path.with_name("loom.db.revision-0002").exists()
    assert check(path) == []


def test_an_older_postgresql_database_is_upgraded_only_when_asked(postgresql):
    url = postgresql.new_database()
    database = database_at(url, busy_timeout_seconds=5)
    with database.writing.begin() as connection:
        migrate.upgrade(connection, "0003")
    database.close()

    with pytest.raises(StoreError, match=r"older Loom .*pg_dump, then: loom db upgrade"):
        Store.open(url)
    with pytest.raises(UsageError, match="pg_dump"):
        back_up(url, database)
    assert upgrade_database(url) == ("0003", schema.REVISION)
    assert check(url) == []


async def test_text_that_a_database_cannot_hold_is_no_difference(run, url):
    await run.store.append(run.task_id, [Entry(NudgeSent(step=1, text="\0"))], fence=run.fence)

    assert await asyncio.to_thread(check, url) == []
