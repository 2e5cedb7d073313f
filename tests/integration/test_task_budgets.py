"""Budgets of a task through the real entry point: an honest end, and going on with more."""

import pytest
from scenario import BIG_GOAL, GOAL, done, part, planned, says_hi, subtask, turns, write

from loom_core.testing import Reply


def look(name):
    return Reply.calling("read_file", path=name)


@pytest.fixture
def slow_goal(place):
    """A goal that takes four calls of a model."""
    for name in ("a.txt", "b.txt"):
        (place.workspace / name).write_text(name)
    return place.serve(*turns(look("a.txt"), look("b.txt"), *says_hi()))


def test_calls_that_are_used_up_stop_the_task_in_good_order(place, slow_goal):
    finished = place.work(GOAL, "--max-calls", "2")

    assert finished.code == 3
    assert len(slow_goal.requests) == 2
    assert finished.result["state"] == "paused"
    assert "2 calls of models are used up" in finished.result["reason"]
    assert not {"SubtaskCompleted", "TaskCompleted", "AttemptFailed"} & set(finished.types)


def test_with_more_of_it_the_task_goes_on_where_it_stopped(place, slow_goal):
    place.work(GOAL, "--max-calls", "2")

    again = place.run("run", "--resume", "last", "--json", "--max-calls", "2")
    finished = place.run("run", "--resume", "last", "--json", "--max-calls", "4")

    assert (again.code, finished.code) == (3, 0)
    assert len(slow_goal.requests) == 4
    assert place.read("hello.txt") == "hi\n"


def test_tokens_that_are_used_up_stop_the_task(place, slow_goal):
    finished = place.work(GOAL, "--max-tokens", "1000")

    assert finished.code == 3
    assert "1,000 tokens are used up" in finished.result["reason"]
    assert len(slow_goal.requests) < 4


def test_time_that_is_used_up_stops_the_task(place):
    place.serve(*turns(Reply(text="late", delay_seconds=60)))

    finished = place.work(GOAL, "--max-seconds", "1")

    assert finished.code == 3
    assert finished.result["state"] == "paused"
    assert "1 s of working time are used up" in finished.result["reason"]


def test_the_settings_limit_every_task_and_planning_counts(place):
    server = place.serve(
        *planned(subtask("only")),
        *part("only", write("only.txt", "x\n"), done()),
        settings="[execution]\nmax_task_calls = 2",
    )

    finished = place.work(BIG_GOAL)

    assert (finished.code, finished.result["state"]) == (3, "paused")
    assert len(server.requests) == 2


def test_a_budget_that_ends_within_a_verification_leaves_no_verdict(place):
    (place.workspace / "data.txt").write_text("a\nb\nc\n")
    server = place.serve(
        *turns(Reply.calling("shell_execute", command="wc -l < data.txt > n.txt"), done()),
        dialect="native",
    )

    finished = place.work(
        "Count the lines of data.txt and save the number in n.txt", "--max-calls", "2"
    )

    assert (finished.code, finished.result["state"]) == (3, "paused")
    assert len(server.requests) == 2
    assert "VerdictReached" not in finished.types


@pytest.mark.parametrize("option", ["--max-tokens", "--max-calls", "--max-seconds"])
def test_a_budget_of_nothing_is_refused(place, option):
    finished = place.work(GOAL, option, "0")

    assert finished.code == 2
    assert option in finished.stderr
