"""kill -9 at every boundary of the journal, and between an effect and its result."""

import pytest
from comparing import crash_and_resume, restore_and_resume

SHARDS = 2
LEAST_BOUNDARIES = 60


def problems_of(laboratory, reference, shard):
    """What goes wrong when a run goes on from what a kill leaves, for the states of one shard."""
    assert len(reference.boundaries) >= LEAST_BOUNDARIES
    assert len(reference.snapshots) >= LEAST_BOUNDARIES
    return [
        problem
        for snapshot in reference.snapshots[shard::SHARDS]
        for problem in restore_and_resume(laboratory, reference, snapshot)
    ]


def killed(laboratory, reference, every):
    """What goes wrong when runs are really killed, at some of the boundaries."""
    return [
        problem
        for number in range(2, len(reference.boundaries) + 1, every)
        for problem in crash_and_resume(
            laboratory,
            reference,
            {"at": "commit", "number": number, "side": "after" if number % 2 else "before"},
        )
    ]


def kinds(reference):
    """The types of records at the boundaries of a run."""
    return {kind for note in reference.boundaries for kind, _ in note["records"]}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_run_killed_at_any_commit_resumes_as_if_nothing_had_happened(
    laboratory, reference, shard
):
    problems = problems_of(laboratory, reference, shard)

    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_so_does_one_with_corrections_retries_and_models_that_verify_and_extract(
    rough_laboratory, rough_reference, shard
):
    problems = problems_of(rough_laboratory, rough_reference, shard)

    assert rough_reference.code == 0
    assert {"PlanRejected", "NudgeSent", "ReplyRepaired", "AttemptFailed"} <= kinds(rough_reference)
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_so_does_one_that_replans_and_fails(hopeless_laboratory, hopeless_reference, shard):
    problems = problems_of(hopeless_laboratory, hopeless_reference, shard)

    wanted = {"PlanReplaced", "SubtaskBlocked", "SubtaskSkipped", "TaskFailed"}
    assert hopeless_reference.code == 1
    assert wanted <= kinds(hopeless_reference)
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_so_does_one_whose_results_are_edited_moved_and_deleted(
    tidying_laboratory, tidying_reference, shard
):
    problems = problems_of(tidying_laboratory, tidying_reference, shard)

    assert tidying_reference.files == {"left.txt": b"left\n"}
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_so_does_one_whose_results_are_reviewed(reviewed_laboratory, reviewed_reference, shard):
    problems = problems_of(reviewed_laboratory, reviewed_reference, shard)

    assert reviewed_reference.code == 0
    assert {"AttemptFailed", "AttemptRolledBack"} <= kinds(reviewed_reference)
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_real_kills_leave_the_same(laboratory, reference):
    problems = killed(laboratory, reference, every=8)

    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_so_do_they_on_postgresql(postgresql_laboratory, postgresql_reference):
    problems = killed(postgresql_laboratory, postgresql_reference, every=6)

    assert len(postgresql_reference.boundaries) >= LEAST_BOUNDARIES
    assert not problems, "\n".join(problems)


def test_the_boundaries_are_those_of_the_whole_run(reference):
    records = [kind for note in reference.boundaries for kind, _ in note["records"]]

    assert len(reference.boundaries) >= 55
    assert records[0] == "TaskCreated"
    assert records[-1] == "TaskCompleted"
    assert records.count("ModelCallFinished") == 9
    assert records.count("ToolCallFinished") == 5
    assert all(len(note["records"]) <= 1 for note in reference.boundaries)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("name", ["left.txt", "right.txt", "whole.txt"])
def test_a_kill_around_the_effect_of_a_write_is_mended(laboratory, reference, name, side):
    crash = {"at": "rename", "name": name, "side": side}

    assert crash_and_resume(laboratory, reference, crash) == []


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize(
    ("tool", "subtask"),
    [
        ("write_file", "left"),
        ("write_file", "right"),
        ("write_file", "whole"),
        ("read_file", "whole"),
    ],
)
def test_a_kill_around_a_tool_is_mended(laboratory, reference, tool, subtask, side):
    crash = {"at": "tool", "tool": tool, "subtask": subtask, "side": side}

    assert crash_and_resume(laboratory, reference, crash) == []


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize(
    "moment",
    [
        {"at": "move", "name": "place"},
        {"at": "move", "name": "a.txt"},
        {"at": "tool", "tool": "move_file"},
        {"at": "tool", "tool": "delete_file"},
    ],
    ids=["directory", "file", "move", "delete"],
)
def test_a_kill_around_a_move_or_a_deletion_is_mended(
    tidying_laboratory, tidying_reference, moment, side
):
    crash = {**moment, "side": side}

    assert crash_and_resume(tidying_laboratory, tidying_reference, crash) == []
