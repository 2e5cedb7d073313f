"""A disk that becomes full at any moment: a clear end, nothing half-written, and a resume that goes on."""

import shutil
import subprocess
from contextlib import contextmanager

import pytest
from comparing import problems_of_a_resume, uninterrupted
from fault_rules import joining_rules
from laboratory import Driver, open_laboratory
from seams import fill_disk

DISK_BYTES = 6 * 1024 * 1024


def bubblewrap(*options):
    """A way to start programs with other mounts; skips where that is not allowed."""
    command = ["bwrap", "--dev-bind", "/", "/", *map(str, options)]
    if shutil.which("bwrap") is None or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("bubblewrap gives no file systems here")
    return command


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A laboratory on a disk of a few megabytes."""
    root = tmp_path_factory.mktemp("small")
    before = bubblewrap("--size", DISK_BYTES, "--tmpfs", root)
    with open_laboratory(root, joining_rules(), before=before) as opened:
        yield opened


@pytest.fixture(scope="module")
def small_reference(small):
    return uninterrupted(small, keeps=False)


@contextmanager
def filling(laboratory):
    """An experiment, and a file that fills its disk; the next experiment finds the disk as it was."""
    with laboratory.experiment() as experiment:
        filler = experiment.root / "filler"
        try:
            yield experiment, filler
        finally:
            filler.unlink(missing_ok=True)


def is_told(call, *words):
    """Whether a call ended with one line that says what, and no traceback."""
    assert call.code == 1, call.stdout + call.stderr
    assert "Traceback" not in call.stderr
    last = call.stderr.splitlines()[-1]
    assert all(word in last for word in words), call.stderr
    return True


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", [2, 5, 8])
def test_a_disk_that_is_full_from_some_commit_on_stops_the_run_and_loses_nothing(
    small, small_reference, first
):
    kinds = [kind for note in small_reference.boundaries for kind, _ in note["records"]]
    end = len(small_reference.boundaries) - len(kinds) + kinds.index("TaskCompleted")
    problems = []
    for number in range(first, end, 9):
        with filling(small) as (experiment, filler):
            moment = {"at": "commit", "number": number, "side": "before"}
            stopped = experiment.run(crash={**moment, "act": "fill", "path": str(filler)})
            if (
                stopped.code == 0
            ):  # fewer commits than in the reference: it was done before that one
                assert "disk is full" in stopped.stderr
                continue
            assert is_told(stopped, "loom.db", "disk is full", "free some space"), number
            checked = experiment.start("db", "check", is_traced=False, is_writing=False)
            checked.finish()
            assert "is sound" in checked.stdout, checked.stdout + checked.stderr
            filler.unlink()
            found = problems_of_a_resume(experiment, small_reference)
            problems += [f"{number}: {problem}" for problem in found]

    assert not problems, "\n".join(problems)


def test_a_disk_that_is_full_from_the_beginning_begins_nothing(small):
    with filling(small) as (experiment, filler):
        small.write_settings(experiment.root / "home" / "loom.toml")
        fill_disk(filler)

        refused = experiment.run(is_writing=False)

        assert is_told(refused, "loom.db", "disk")
        assert refused.requests == []
        assert experiment.files() == {}
        filler.unlink()
        assert experiment.resume().code == 0


def test_a_workspace_on_a_full_disk_pauses_the_task(small, small_reference, tmp_path):
    with filling(small) as (experiment, filler):
        (experiment.root / "home").rmdir()
        (experiment.root / "home").symlink_to(tmp_path)
        moment = {"at": "tool", "tool": "write_file", "subtask": "left", "side": "before"}

        stopped = experiment.run(crash={**moment, "act": "fill", "path": str(filler)})

        assert stopped.code == 3, stopped.stdout + stopped.stderr
        assert "free some space" in stopped.stdout
        assert "Traceback" not in stopped.stderr
        assert all(content for content in experiment.files().values()), experiment.files()
        filler.unlink()
        found = problems_of_a_resume(experiment, small_reference)
        assert [one for one in found if not one.startswith("tasks:")] == []  # it tells of the pause


def test_a_home_that_became_read_only_is_told_and_gone_on_from(laboratory, reference):
    with laboratory.experiment() as experiment:
        assert experiment.run(crash={"at": "commit", "number": 30, "side": "after"}).code
        home = experiment.root / "home"
        driver = laboratory.driver
        laboratory.driver = Driver(*bubblewrap("--ro-bind", home, home))
        try:
            refused = experiment.resume(is_writing=False)
            listed = experiment.start("list", is_traced=False, is_writing=False).finish()
        finally:
            laboratory.driver.close()
            laboratory.driver = driver

        assert is_told(refused, "loom.db", "Read-only", "make its directory writable")
        assert listed.code in {0, 1}
        assert "Traceback" not in listed.stderr
        assert problems_of_a_resume(experiment, reference) == []
