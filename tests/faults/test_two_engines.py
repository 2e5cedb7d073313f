"""Two engines on one task: one stands still past its lease, another takes over, and the first wakes up."""

import sqlite3
from contextlib import closing

import pytest
from comparing import differences, double_effects, double_runs
from scenario import wait_until

MOMENTS = {
    "planning": {"at": "record", "type": "PlanCreated", "subtask": ""},
    "the last intent": {"at": "record", "type": "ToolCallStarted", "subtask": "whole"},
    "an end": {"at": "record", "type": "SubtaskCompleted", "subtask": "whole"},
}


def end_the_lease(experiment):
    """As if as much time had gone by."""
    over = "UPDATE tasks SET lease_until = 0, lease_ticks = 0"
    if experiment.url:
        import psycopg

        with psycopg.connect(experiment.url) as connection:
            connection.execute(over)
        return
    with closing(sqlite3.connect(experiment.database)) as connection:
        connection.execute(over)
        connection.commit()


def problems_of_two(laboratory, reference, moment):
    """What goes wrong when the first engine stands still after a moment and wakes up in the end."""
    with laboratory.experiment() as experiment:
        first = experiment.begin(crash={**moment, "side": "after", "act": "stop"})
        wait_until(first.is_stopped, "the first engine never stands still")
        refused = experiment.resume()
        assert "is being worked on by" in refused.stderr
        end_the_lease(experiment)
        second = experiment.resume()
        assert second.code == 0, second.stdout + second.stderr
        before = experiment.records()
        asked = len(first.requests)

        first.go_on()

        assert first.finish().code == 1, first.stdout + first.stderr
        assert "Traceback" not in first.stderr
        assert "not accepted" in first.stderr.splitlines()[-1], first.stderr
        assert experiment.records() == before
        assert len(first.requests) <= asked + 1  # one may have been on its way already
        return [
            *differences(experiment, reference),
            *double_effects(experiment, before),
            *double_runs(experiment),
        ]


@pytest.mark.slow
@pytest.mark.parametrize("name", MOMENTS)
def test_an_engine_that_wakes_up_after_its_lease_does_nothing_more(laboratory, reference, name):
    assert problems_of_two(laboratory, reference, MOMENTS[name]) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nor_does_one_that_stood_still_at_any_commit_of_a_subtask(
    tidying_laboratory, tidying_reference
):
    problems = [
        f"{number}: {problem}"
        for number in range(7, len(tidying_reference.boundaries) - 6, 5)
        for problem in problems_of_two(
            tidying_laboratory, tidying_reference, {"at": "commit", "number": number}
        )
    ]

    assert not problems, "\n".join(problems)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["the last intent", "an end"])
def test_nor_does_one_on_postgresql(postgresql_laboratory, postgresql_reference, name):
    assert problems_of_two(postgresql_laboratory, postgresql_reference, MOMENTS[name]) == []
