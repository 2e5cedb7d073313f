"""Kills at the moments that have a name, from outside at any moment, and while a tool runs."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from comparing import crash_and_resume, differences
from fault_rules import SLOW_COMMAND
from laboratory import KILLED
from scenario import wait_until


@pytest.mark.parametrize(
    ("kind", "subtask", "side"),
    [
        pytest.param("PlanningStarted", "", "after", id="planning-begins"),
        pytest.param("ModelCallFinished", "", "before", id="a-plan-was-answered"),
        pytest.param("PlanCreated", "", "before", id="a-plan-was-read"),
        pytest.param("OutcomeReached", "left", "after", id="an-outcome-has-no-verdict"),
        pytest.param("VerdictReached", "right", "after", id="a-verdict-has-no-end"),
        pytest.param("SubtaskCompleted", "whole", "after", id="a-result-was-not-extracted"),
        pytest.param("MemoryExtracted", "left", "before", id="an-extraction-was-not-kept"),
        pytest.param("TaskCompleted", "", "before", id="the-end-was-not-told"),
        pytest.param("TaskCompleted", "", "after", id="the-claim-was-not-released"),
    ],
)
def test_a_kill_is_mended_when(laboratory, reference, kind, subtask, side):
    crash = {"at": "record", "type": kind, "subtask": subtask, "side": side}

    assert crash_and_resume(laboratory, reference, crash) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_kills_from_outside_at_random_moments_are_mended(laboratory, reference, seed):
    """The program as users have it, with records in groups; killed again while it resumes."""
    chance = random.Random(seed)
    with laboratory.experiment() as experiment:
        for _ in range(5):
            call = experiment.go_on(is_traced=False)
            time.sleep(chance.uniform(0.0, 0.6))  # the moment is what is tested; nothing tells it
            os.kill(call.pid, signal.SIGKILL)
            if call.finish().code != KILLED:
                break

        last = experiment.resume()

        assert last.code in {0, 2}, last.stderr
        assert list(differences(experiment, reference)) == []


@pytest.mark.slow
def test_a_task_that_somebody_works_on_is_refused_and_taken_over_once_that_is_dead(
    stopping_laboratory,
):
    with stopping_laboratory.experiment() as experiment:
        first = experiment.begin("Create silence.txt")
        wait_until(lambda: first.requests, "the first run asks nothing")
        # The note of the request is not waited for, so it may come after the request itself.
        wait_until(
            lambda: experiment.records()[-1]["type"] == "ModelCallStarted",
            "the first run does not note that it asked",
        )
        before = experiment.records()

        second = experiment.resume()

        assert second.code == 1
        reason = second.stderr.splitlines()[-1]
        assert f"task {experiment.task_id} is being worked on by" in reason
        assert f":{first.pid}:" in reason
        assert second.requests == []
        assert experiment.records() == before

        os.kill(first.pid, signal.SIGKILL)  # nobody waits for it: it stays behind as a zombie
        third = experiment.go_on()
        wait_until(lambda: third.requests, "the task of a dead process is not taken over")

        os.kill(third.pid, signal.SIGKILL)
        assert first.finish().code == third.finish().code == KILLED
        claims = [r["payload"] for r in experiment.records() if r["type"] == "TaskClaimed"]
        assert [claim["is_resumed"] for claim in claims] == [False, True]


@pytest.mark.slow
def test_a_command_dies_with_a_killed_run_and_is_in_doubt_afterwards(stopping_laboratory):
    with stopping_laboratory.experiment() as experiment:
        stop_in_the_command(experiment, signal.SIGKILL, code=KILLED)
        crash = {"at": "record", "type": "StepInDoubt", "subtask": "goal", "side": "after"}
        assert experiment.resume(crash=crash).code == KILLED

        last = experiment.resume()

        assert last.code == 0, last.stderr
        assert experiment.files() == {"count.txt": b"x\n", "hello.txt": b"hi\n"}
        assert "interrupted" in told(last)
        assert "Look before you act again" in told(last)
        kinds = [record["type"] for record in experiment.records()]
        assert (kinds.count("StepInDoubt"), kinds.count("TaskPaused")) == (1, 0)
        assert commands_of(experiment) == [SLOW_COMMAND, "cat count.txt"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_ends_with_a_stopped_run_and_is_not_repeated(stopping_laboratory, number):
    with stopping_laboratory.experiment() as experiment:
        stop_in_the_command(experiment, number, code=130)
        crash = {"at": "tool", "tool": "shell_execute", "side": "before"}

        resumed = experiment.resume(crash=crash)  # whatever the model makes of it is its own affair

        assert resumed.code == KILLED
        assert "before its end" in told(resumed)
        assert experiment.files() == {"count.txt": b"x\n"}
        assert commands_of(experiment) == [SLOW_COMMAND, "cat count.txt"]
        kinds = [record["type"] for record in experiment.records()]
        assert (kinds.count("TaskPaused"), kinds.count("SubtaskStarted")) == (1, 1)


def stop_in_the_command(experiment, number, *, code):
    """Begin a run, and send it a signal while its command runs."""
    call = experiment.begin("Create hello.txt")
    count = experiment.workspace / "count.txt"
    wait_until(lambda: count.exists() and count.read_text(), "the command never starts")
    assert processes_in(experiment.workspace)

    os.kill(call.pid, number)

    assert call.finish().code == code
    wait_until(lambda: not processes_in(experiment.workspace), "the command outlives the run")


def told(call):
    """What the model was told of its last call in the first request of a resumed run."""
    last = call.requests[0].body["messages"][-1]
    assert last["role"] == "tool"
    return last["content"]


def commands_of(experiment):
    """Every command that any of the calls began to run."""
    notes = [note for call in experiment.calls for note in call.noted("tool", tool="shell_execute")]
    return [note["arguments"]["command"] for note in notes if note["side"] == "before"]


def processes_in(workspace: Path) -> list[int]:
    """The processes that run the slow command of this workspace."""
    found: list[int] = []
    for directory in Path("/proc").iterdir():
        try:
            words = (directory / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # no process, or one that has just ended
        if SLOW_COMMAND.encode() in words and str(workspace).encode() in words:
            found.append(int(directory.name))
    return found
