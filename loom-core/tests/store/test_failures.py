import asyncio
import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from loom_core.errors import StoreBusy, StoreError
from loom_core.events import NudgeSent
from loom_core.store import Entry, Store
from loom_core.store.sqlite import SqliteDatabase
from loom_core.store.transactor import Transactor

NOBODY = 65534


def nudge(text="x"):
    return NudgeSent(step=1, text=text)


async def test_locked_database_is_told_apart_and_recovered_from(path, task):
    store = Store.open(path, busy_timeout_seconds=0.05)
    await store.create_task(task)
    fence = await store.claim(task.id, owner="me", lease_seconds=60)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(
        StoreBusy, match=r"another process has held .*loom\.db for longer than 0.05"
    ):
        await store.append(task.id, [Entry(nudge())], fence=fence)
    assert len(await store.events(task.id)) == 2

    other.execute("COMMIT")
    other.close()
    assert await store.append(task.id, [Entry(nudge())], fence=fence)
    await store.close()


async def test_full_disk_is_told_apart_and_recovered_from(run, monkeypatch, path):
    commit = Transactor.commit

    def fill(self, transaction):
        pages = transaction.connection.exec_driver_sql("PRAGMA page_count").scalar()
        transaction.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        commit(self, transaction)

    monkeypatch.setattr(Transactor, "commit", fill)
    await run.add(nudge())
    before = await run.store.events(run.task_id)
    large = nudge("x" * 100_000)

    answers = await asyncio.gather(run.add(large), run.add(nudge()), return_exceptions=True)

    assert [type(answer) for answer in answers] == [StoreError, StoreError]
    assert "its disk is full; free some space" in str(answers[0])
    assert await run.store.events(run.task_id) == before
    monkeypatch.undo()
    [event] = await run.add(large)
    assert event.sequence == before[-1].sequence + 1


async def test_writes_queued_behind_a_failed_commit_fail_with_it(run, monkeypatch):
    failing = [True, False, False]

    def commit(self, transaction):
        if failing.pop(0):
            raise StoreError("the disk is gone")
        transaction.commit()

    monkeypatch.setattr(Transactor, "commit", commit)
    monkeypatch.setattr("loom_core.store.writer._MAX_JOBS", 1)
    entries = [Entry(nudge(), "first", 1)]
    run.store.submit(run.task_id, entries, fence=run.fence)
    last = run.store.submit(run.task_id, entries, fence=run.fence)
    other = run.store.submit(run.task_id, [Entry(nudge(), "second", 1)], fence=run.fence)

    with pytest.raises(StoreError, match="the disk is gone"):
        await last
    assert len(await other) == 1


async def test_unexpected_error_reaches_the_caller_and_the_writer_lives(run, monkeypatch, caplog):
    def commit(self, transaction):
        raise ZeroDivisionError

    monkeypatch.setattr(Transactor, "commit", commit)
    with pytest.raises(ZeroDivisionError):
        await run.add(nudge())
    monkeypatch.undo()

    assert "failed" in caplog.text
    assert await run.add(nudge())


async def test_database_that_became_read_only_says_so(run, monkeypatch, path):
    connect = Transactor._connected

    def connected(self):
        session = connect(self)
        session.connection.connection.execute("PRAGMA query_only = ON")
        return session

    def commit(self, transaction):
        raise StoreError("make the writer connect again")

    monkeypatch.setattr(Transactor, "commit", commit)
    with pytest.raises(StoreError):
        await run.add(nudge())
    monkeypatch.undo()
    monkeypatch.setattr(Transactor, "_connected", connected)

    with pytest.raises(StoreError, match="it is read-only; make the file and its directory"):
        await run.add(nudge())


def test_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match=r"file/loom\.db cannot be written .*memory.database_path"):
        Store.open(tmp_path / "file" / "loom.db")


@contextmanager
def as_ordinary_user():
    """Permissions do not bind root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_directory_that_cannot_be_written_is_named():
    directory = Path(tempfile.mkdtemp())  # pytest's own are closed to other users
    directory.chmod(0o555)

    try:
        with (
            as_ordinary_user(),
            pytest.raises(StoreError, match=r"written \(Permission denied\); make its directory"),
        ):
            Store.open(directory / "loom.db")
    finally:
        shutil.rmtree(directory)


def test_file_that_is_no_database_is_refused(path):
    path.write_text("hello, this is no database, and it is long enough to be read as one\n" * 30)

    with pytest.raises(StoreError, match="it is not an SQLite database; move the file away"):
        Store.open(path)


def test_database_that_stays_locked_while_it_is_opened_is_told_apart(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreBusy, match=r"another process has held .*loom\.db"):
        Store.open(path, busy_timeout_seconds=0.05)

    other.close()
    database = Store.open(path, busy_timeout_seconds=0.05)
    asyncio.run(database.close())


def test_file_system_without_wal_is_refused(path, monkeypatch):
    monkeypatch.setattr(SqliteDatabase, "_journal_mode", lambda _self, _deadline: "delete")

    with pytest.raises(StoreError, match="cannot hold a database in WAL mode; set memory"):
        Store.open(path)


async def test_opening_waits_for_a_lock_that_goes_away(path, task, monkeypatch):
    modes = [None, None, "wal"]
    monkeypatch.setattr(SqliteDatabase, "_journal_mode", lambda _self, _deadline: modes.pop(0))

    store = Store.open(path)

    assert await store.create_task(task)
    assert modes == []
    await store.close()


async def test_url_means_the_file_it_names(path, task):
    store = Store.open(f"sqlite:///{path}")
    await store.create_task(task)
    await store.close()

    assert path.exists()


def test_database_of_something_else_is_refused_untouched(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (id INTEGER)")
    other.close()

    with pytest.raises(StoreError, match=r"is a database, but not one of Loom's; set memory"):
        Store.open(path)

    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    other.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://localhost/loom", "asks for mysql, but Loom keeps its data in SQLite or Post"),
        ("postgresql+pg8000://localhost/loom", r"asks for postgresql\+pg8000, but Loom"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("://", "is not a database URL"),
    ],
)
def test_url_that_cannot_be_used_says_what_to_write(url, message):
    with pytest.raises(StoreError, match=message):
        Store.open(url)


async def test_paths_and_urls_mean_the_same_file(tmp_path, task):
    path = tmp_path / "odd ?#% name" / "loom.db"
    first = Store.open(str(path))
    await first.create_task(task)
    await first.close()

    second = Store.open(path)
    assert (await second.task(task.id)).id == task.id
    await second.close()
    assert path.stat().st_mode & 0o077 == 0


async def test_reading_a_database_that_vanished_is_a_store_error(run, path):
    await run.store.close()
    for file in path.parent.glob("loom.db*"):
        file.unlink()
    path.mkdir()

    with pytest.raises(StoreError, match="it cannot be opened"):
        await run.store.tasks()
