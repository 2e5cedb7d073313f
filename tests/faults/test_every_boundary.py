"""kill -9 at every boundary of the journal, and between an effect and its result."""

import pytest
from comparing import crash_and_resume

SHARDS = 6


def problems_of(laboratory, reference, shard, side):
    """What goes wrong at the boundaries of one shard."""
    return [
        problem
        for number in range(1 + shard, len(reference.boundaries) + 1, SHARDS)
        for problem in crash_and_resume(
            laboratory, reference, {"at": "commit", "number": number, "side": side}
        )
    ]


def kinds(reference):
    """The types of records at the boundaries of a run."""
    return {kind for note in reference.boundaries for kind, _ in note["records"]}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_run_killed_at_any_commit_resumes_as_if_nothing_had_happened(
    laboratory, reference, shard, side
):
    problems = problems_of(laboratory, reference, shard, side)

    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_so_does_one_with_corrections_retries_and_models_that_verify_and_extract(
    rough_laboratory, rough_reference, shard
):
    problems = problems_of(rough_laboratory, rough_reference, shard, "after")

    assert rough_reference.code == 0
    assert {"PlanRejected", "NudgeSent", "ReplyRepaired", "AttemptFailed"} <= kinds(rough_reference)
    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_so_does_one_that_replans_and_fails(hopeless_laboratory, hopeless_reference, shard):
    problems = problems_of(hopeless_laboratory, hopeless_reference, shard, "after")

    wanted = {"PlanReplaced", "SubtaskBlocked", "SubtaskSkipped", "TaskFailed"}
    assert hopeless_reference.code == 1
    assert wanted <= kinds(hopeless_reference)
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


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("shard", range(SHARDS))
def test_moves_and_deletions_killed_at_any_commit_resume_as_if_nothing_had_happened(
    tidying_laboratory, tidying_reference, shard, side
):
    problems = problems_of(tidying_laboratory, tidying_reference, shard, side)

    assert tidying_reference.files == {"left.txt": b"left\n"}
    assert not problems, "\n".join(problems)


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
