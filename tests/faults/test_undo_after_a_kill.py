"""``loom undo`` after kill -9: of a run at any boundary, and of an undo in its own middle."""

import pytest
from laboratory import KILLED
from scenario import BIG_GOAL

SHARDS = 2


def undo(experiment, *options, **how):
    """``loom undo`` of the only task, to its end or its crash."""
    return experiment.start("undo", experiment.task_id, *options, **how).finish()


def problems_after(laboratory, crash):
    """What is wrong with a workspace whose killed run was undone without a resume."""
    with laboratory.experiment() as experiment:
        (experiment.workspace / "mine.txt").write_text("mine\n")
        if experiment.run(crash=crash).code != KILLED:
            return [f"{crash}: the run never came there"]
        return problems_of_an_undo(experiment, crash)


def problems_of_an_undo(experiment, what):
    """What is wrong with a workspace in which a user's file was, once a killed run is undone."""
    if not experiment.records():
        return []
    undone = undo(experiment)
    found = {str(p.relative_to(experiment.workspace)) for p in experiment.workspace.rglob("*")}
    wrong = [] if undone.code == 0 else [f"{what}: undo ended with {undone.code}"]
    return wrong if found == {"mine.txt"} else [*wrong, f"{what}: {sorted(found)}"]


def problems_from(laboratory, reference, snapshot):
    """The same, from what a kill leaves."""
    with laboratory.restored(snapshot, reference.root) as experiment:
        (experiment.workspace / "mine.txt").write_text("mine\n")
        return problems_of_an_undo(experiment, snapshot.name)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_run_killed_at_any_commit_is_undone(laboratory, reference, shard):
    problems = [
        problem
        for snapshot in reference.snapshots[shard::SHARDS]
        for problem in problems_from(laboratory, reference, snapshot)
    ]

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("name", ["left.txt", "whole.txt"])
def test_a_run_killed_around_a_write_is_undone(laboratory, name, side):
    assert problems_after(laboratory, {"at": "rename", "name": name, "side": side}) == []


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize(
    "moment",
    [
        {"at": "move", "name": "a.txt"},
        {"at": "move", "name": "place"},
        {"at": "tool", "tool": "delete_file"},
        {"at": "unlink", "name": "a.txt"},
    ],
    ids=["file", "directory", "delete", "unlink"],
)
def test_a_run_killed_around_a_move_or_a_deletion_is_undone(tidying_laboratory, moment, side):
    assert problems_after(tidying_laboratory, {**moment, "side": side}) == []


@pytest.fixture
def completed(laboratory):
    """A task that made three files beside one that was there."""
    with laboratory.experiment() as experiment:
        (experiment.workspace / "mine.txt").write_text("mine\n")
        assert experiment.run(BIG_GOAL).code == 0
        yield experiment


@pytest.mark.parametrize(
    "crash",
    [
        {"at": "record", "type": "UndoStarted", "subtask": "", "side": "before"},
        {"at": "record", "type": "UndoStarted", "subtask": "", "side": "after"},
        {"at": "unlink", "name": "whole.txt", "side": "before"},
        {"at": "unlink", "name": "whole.txt", "side": "after"},
        {"at": "unlink", "name": "right.txt", "side": "after"},
        {"at": "record", "type": "ChangesUndone", "subtask": "", "side": "before"},
        {"at": "record", "type": "ChangesUndone", "subtask": "", "side": "after"},
    ],
    ids=lambda crash: "-".join(str(value) for value in crash.values()),
)
def test_a_killed_undo_is_finished_by_the_next(completed, crash):
    after = completed.files()

    assert undo(completed, crash=crash).code == KILLED
    again = undo(completed)

    assert again.code == 0, again.stderr
    assert completed.files() == {"mine.txt": b"mine\n"}
    assert undo(completed, "--redo").code == 0
    assert completed.files() == after


@pytest.mark.parametrize("name", ["right.txt", "whole.txt"])
def test_a_killed_redo_is_finished_by_the_next_undo(completed, name):
    after = completed.files()
    assert undo(completed).code == 0

    crash = {"at": "rename", "name": name, "side": "after"}
    assert undo(completed, "--redo", crash=crash).code == KILLED
    shown = undo(completed, "--dry-run")

    assert "an undo was interrupted" in shown.stdout
    assert undo(completed).code == 0
    assert completed.files() == {"mine.txt": b"mine\n"}
    assert undo(completed, "--redo").code == 0
    assert completed.files() == after
