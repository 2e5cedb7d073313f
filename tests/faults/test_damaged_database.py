"""Databases that are locked, torn, cut off, or of another version: a clear word, and nothing lost."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from comparing import differences, problems_of_a_resume

from loom_core.store import migrate
from loom_core.store.sqlite import SqliteDatabase


def refusal(call):
    """The one line with which a call ended."""
    assert call.code == 1, call.stdout + call.stderr
    assert "Traceback" not in call.stderr
    return call.stderr.splitlines()[-1]


def ask(experiment, *arguments):
    """A call that only looks."""
    return experiment.start(*arguments, is_traced=False).finish()


@pytest.fixture
def killed(laboratory):
    """A run that was killed in its middle."""
    with laboratory.experiment() as experiment:
        experiment.run(crash={"at": "commit", "number": 30, "side": "after"})
        yield experiment


@pytest.mark.slow
def test_a_database_that_somebody_holds_is_told_and_gone_on_from(killed, reference):
    task_id = killed.task_id
    with closing(sqlite3.connect(killed.database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")  # gone as soon as this process closes the file anywhere
        refused = ask(killed, "run", "--resume", task_id)
        assert "another process has held the database" in refusal(refused)
        assert refused.requests == []
        assert ask(killed, "status", "last").code == 0
        holder.execute("ROLLBACK")

    assert problems_of_a_resume(killed, reference) == []


@pytest.mark.slow
@pytest.mark.parametrize("lost", [1, 24, 2000, 4120])
def test_a_torn_end_of_the_log_loses_no_more_than_the_last_commit(laboratory, reference, lost):
    snapshot = next(one for one in reference.snapshots if one.name.startswith("03"))
    with laboratory.restored(snapshot, reference.root) as experiment:
        log = experiment.database.with_name("loom.db-wal")
        data = log.read_bytes()
        log.write_bytes(data[:-lost] + b"\xa5" * (lost // 2))

        resumed = experiment.resume()

        assert resumed.code == 0, resumed.stderr
        assert list(differences(experiment, reference)) == []
        assert ask(experiment, "db", "check").code == 0


@pytest.mark.slow
def test_a_file_that_was_cut_off_is_told_and_a_backup_goes_on(killed, reference):
    backup = killed.root / "backup.db"
    assert ask(killed, "db", "backup", str(backup)).code == 0
    for file in killed.database.parent.glob("loom.db-*"):
        file.unlink()
    whole = backup.read_bytes()
    task_id = killed.task_id if killed.records() else ""
    for kept in (len(whole) // 2, 5000, 100):
        killed.database.write_bytes(whole[:kept])

        for arguments in (("run", "--resume", task_id or "last"), ("list",), ("status", "last")):
            told = refusal(ask(killed, *arguments))
            assert "loom.db" in told
            assert "damaged" in told or "not an SQLite database" in told, told
        assert ask(killed, "db", "check").code == 1
        assert killed.database.read_bytes() == whole[:kept]

    for file in killed.database.parent.glob("loom.db*"):
        file.unlink()
    shutil.copy(backup, killed.database)
    assert problems_of_a_resume(killed, reference) == []


@pytest.mark.slow
@pytest.mark.parametrize("revision", ["0001", "0003", "0004"])
def test_an_older_database_is_backed_up_and_used(laboratory, reference, revision):
    with laboratory.experiment() as experiment:
        older = SqliteDatabase(experiment.database, busy_timeout_seconds=1)
        older.prepare()
        with older.writing.begin() as connection:
            migrate.upgrade(connection, revision)
        older.close()

        finished = experiment.run()

        assert finished.code == 0, finished.stderr
        assert list(differences(experiment, reference)) == []
        assert experiment.database.with_name(f"loom.db.revision-{revision}").is_file()
        assert ask(experiment, "db", "check").code == 0


@pytest.mark.slow
def test_a_newer_database_is_refused_and_left_alone(killed):
    with closing(sqlite3.connect(killed.database)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    before = killed.database.read_bytes()

    for arguments in (("run", "--resume", "last"), ("list",), ("undo", "last")):
        assert "was written by a newer Loom" in refusal(ask(killed, *arguments))

    assert killed.database.read_bytes() == before
