"""The whole way from the command line to PostgreSQL and back."""

import json
import os
import signal

import pytest
from scenario import (
    ACTION_GOAL,
    BIG_GOAL,
    LIMIT_SECONDS,
    done,
    part,
    planned,
    prompts,
    says_hi,
    subtask,
    three_parts,
    turns,
    wait_until,
    write,
)

from loom_core.testing import FaultKind, Reply, Rule
from loom_core.testing.postgresql import a_postgresql_server

NO_MERCY = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
HANGS = Reply.failing(FaultKind.SILENT)


@pytest.fixture(scope="module")
def postgresql():
    with a_postgresql_server(must_run=bool(os.environ.get("CI"))) as server:
        yield server


@pytest.fixture
def memory(place, postgresql):
    """The table of the settings that names a new database, which every call of ``loom`` uses."""
    yield f'[memory]\ndatabase_url = "{postgresql.new_database()}"'
    assert not (place.home / "loom.db").exists()
    checked = place.run("db", "check")
    assert checked.stdout.startswith("the database is sound"), checked.stdout + checked.stderr


def learned(place, *kinds):
    """The lessons of some kinds, or of all."""
    options = [word for kind in kinds for word in ("--kind", kind)]
    return json.loads(place.run("learned", "--json", *options).stdout)


def empty(place):
    """Take everything out of the workspace."""
    for path in place.workspace.iterdir():
        path.unlink()


def test_a_goal_is_planned_run_and_verified(place, memory):
    place.serve(*three_parts(), settings=memory)

    finished = place.work(BIG_GOAL)

    assert finished.code == 0, finished.stderr
    assert finished.states() == dict.fromkeys(("left", "right", "whole"), "completed")
    assert place.files() == ["left.txt", "right.txt", "whole.txt"]
    assert json.loads(place.run("status", "last", "--json").stdout)["state"] == "completed"
    assert place.events() == finished.events
    assert place.run("undo", "last").code == 0
    assert place.files() == []


def test_a_killed_run_resumes_without_repeating_a_step(place, memory):
    names = (subtask("first"), subtask("second", "first"))
    first = part("first", write("first.txt", "1\n"), done())
    server = place.serve(*planned(*names), *first, *part("second", HANGS), settings=memory)
    process = place.start("run", BIG_GOAL, "-w", place.workspace)
    wait_until(lambda: len(server.requests) == 4, "the second subtask never asks")
    wait_until(
        lambda: "SubtaskCompleted" in [event["type"] for event in place.events()],
        "the first subtask's end is never written",
    )
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    place.run("steer", "last", "in capitals")
    again = place.serve(*part("second", write("second.txt", "2\n"), done()), settings=memory)

    resumed = place.run("resume", "last", "--json")

    assert resumed.code == 0, resumed.stderr
    assert resumed.states() == {"first": "completed", "second": "completed"}
    assert len(again.requests) == 2
    assert "in capitals" in str(again.requests[-1].body["messages"])
    assert len([e for e in place.events() if e["type"] == "ToolCallStarted"]) == 2


def test_a_run_is_steered_and_cancelled_from_another_process(place, memory):
    server = place.serve(Rule(reply=HANGS), settings=memory)
    process = place.start("run", "Create hello.txt", "-w", place.workspace, "--json")
    assert server.wait_for_requests(1, LIMIT_SECONDS)

    steered = place.run("steer", "last", "in capitals")
    cancelled = place.run("cancel", "last", "--json")

    assert steered.code == 0, steered.stderr
    assert json.loads(cancelled.stdout)["state"] == "cancelled"
    assert server.wait_for_cancelled(1, LIMIT_SECONDS)
    assert place.finish(process).of("InstructionGiven")


def test_a_task_that_runs_is_refused_and_a_key_makes_one(place, memory):
    server = place.serve(*turns(HANGS), settings=memory)
    place.start("run", "Create hello.txt", "-w", place.workspace, "--idempotency-key", "k")
    assert server.wait_for_requests(1, LIMIT_SECONDS)

    second = place.work("Create hello.txt", "--idempotency-key", "k")

    assert second.code == 1
    assert "is being worked on by" in second.stderr
    assert place.run("cancel", "last").code == 0
    assert len(json.loads(place.run("list", "--json").stdout)) == 1


def test_answers_and_approvals_find_their_task(place, memory):
    ask = Reply.calling("ask_user", question="Which?")
    place.serve(*turns(ask, *says_hi()), settings=memory)
    waiting = place.work("Create hello.txt that says hi in this folder")

    answered = place.run("answer", "last", "this one")
    resumed = place.run("resume", "last", "--json")

    assert (waiting.code, answered.code, resumed.code) == (3, 0, 0), resumed.stderr


@pytest.mark.slow
def test_a_task_learns_the_next_makes_use_of_it_and_what_does_not_help_is_retired(place, memory):
    place.serve(*three_parts(), settings=memory)
    assert place.work(BIG_GOAL).code == 0
    empty(place)
    server = place.serve(*three_parts(), settings=memory)

    like = place.work(f"{BIG_GOAL[:-1]} file.")

    assert like.of("LessonsApplied")[0]["lessons"][0]["kind"] == "task_template"
    assert any("Plans that led to goals" in text for text in prompts(server))
    assert {one["kind"] for one in learned(place)} == {"task_template", "subtask_success"}

    empty(place)
    unverified = f'{memory}\n[plugins]\ndisabled = ["deterministic"]\n'
    place.serve(*turns(*says_hi()), settings=unverified)
    (approval,) = place.work(ACTION_GOAL).result["approvals"]
    place.run("approve", "last", approval, "--deny", "--reason", "end files with dashes")
    assert place.run("run", "--resume", "last").code == 1
    assert [one["state"] for one in learned(place, "user_correction")] == ["trial"]

    empty(place)
    place.serve(Rule(reply=done()), settings=f"{memory}\n{NO_MERCY}[learning]\ntrial_tasks = 1\n")
    failed = place.work(ACTION_GOAL)
    server = place.serve(*turns(*says_hi()), settings=memory)
    place.work(ACTION_GOAL)

    assert (failed.code, "LessonsApplied" in failed.types) == (1, True)
    assert [one["state"] for one in learned(place, "user_correction")] == ["retired"]
    assert "dashes" not in prompts(server)[0]


def test_the_password_of_a_database_is_shown_nowhere(place):
    url = "postgresql://me:sesame@127.0.0.1:9/loom"
    place.serve(*turns(*says_hi()), settings=f'[memory]\ndatabase_url = "{url}"')

    failed, shown = place.work(), place.run("config", "show")

    assert failed.code == 1
    assert "cannot be reached" in failed.stderr
    assert "sesame" not in failed.stderr + failed.stdout + shown.stdout
