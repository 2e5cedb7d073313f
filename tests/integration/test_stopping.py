"""Stopping a run from outside, and going on with it."""

import json
import os
import signal
import time

import pytest
from scenario import (
    BIG_GOAL,
    LIMIT_SECONDS,
    done,
    part,
    planned,
    says_hi,
    subtask,
    turns,
    wait_until,
    write,
)

from loom_core.engine.control import CANCEL
from loom_core.store import Store
from loom_core.testing import FaultKind, Reply

HANGS = Reply.failing(FaultKind.SILENT)


@pytest.mark.parametrize("goal", ["executor", "planner"])
def test_a_cancelled_task_stays_cancelled_and_its_model_call_ends(place, goal):
    rules = turns(HANGS) if goal == "executor" else turns(HANGS, schema_text='"subtasks"')
    server = place.serve(*rules)
    said = BIG_GOAL if goal == "planner" else "Create hello.txt"
    process = place.start("run", said, "-w", place.workspace, "--json")
    assert server.wait_for_requests(1, LIMIT_SECONDS)

    cancelled = place.run("cancel", "last", "--json")

    assert json.loads(cancelled.stdout)["state"] == "cancelled"
    assert server.wait_for_cancelled(1, LIMIT_SECONDS)
    finished = place.finish(process)
    assert finished.code == 1
    assert finished.result["state"] == "cancelled"
    assert finished.of("TaskCancelled") == [{"by": "loom cancel"}]
    assert "TaskCompleted" not in finished.types
    assert place.run("run", "--resume", "last").code == 2
    assert json.loads(place.run("status", "last", "--json").stdout)["state"] == "cancelled"
    assert json.loads(place.run("list", "--json").stdout)[0]["state"] == "cancelled"
    assert [e["type"] for e in place.events()][-1] == "TaskCancelled"


async def test_a_cancel_reaches_a_running_model_call_within_a_second(place):
    server = place.serve(*turns(HANGS))
    process = place.start("run", "Create hello.txt", "-w", place.workspace, "--json")
    assert server.wait_for_requests(1, LIMIT_SECONDS)
    store = Store.open(place.home / "loom.db")
    (task,) = await store.tasks()

    await store.request(task.id, CANCEL, {"by": "a test"})
    asked = time.time()

    assert server.wait_for_cancelled(1, LIMIT_SECONDS)
    assert server.requests[0].ended - asked < 1.0
    await store.close()
    assert place.finish(process).result["state"] == "cancelled"


def test_a_task_that_nobody_works_on_can_be_cancelled(place):
    place.serve(*turns(Reply.status(401)))
    paused = place.work()

    cancelled = place.run("cancel", "last", "--json")

    assert paused.result["state"] == "paused"
    assert (cancelled.code, json.loads(cancelled.stdout)["state"]) == (0, "cancelled")


def test_ctrl_c_leaves_a_task_that_resumes_without_repeating_a_step(place, sandboxed):
    count = Reply.calling("shell_execute", command="echo once >> count.txt")
    server = place.serve(*turns(count, HANGS, first_user="Count"))
    process = place.start("run", "Count into count.txt", "-w", place.workspace, "--json")
    assert server.wait_for_requests(2, LIMIT_SECONDS)

    process.send_signal(signal.SIGINT)
    interrupted = place.finish(process)

    assert interrupted.code == 130
    assert interrupted.result["state"] == "paused"
    assert "--resume" in interrupted.result["next"]["resume"]
    assert server.wait_for_cancelled(1, LIMIT_SECONDS)
    again = place.serve(*turns(count, done(), first_user="Count"))
    resumed = place.run("run", "--resume", "last", "--json")
    assert resumed.code == 0, resumed.stderr
    assert resumed.result["state"] == "completed"
    assert place.read("count.txt") == "once\n"
    assert [request.turn for request in again.requests] == [1]
    assert len([e for e in place.events() if e["type"] == "ToolCallStarted"]) == 1
    claims = [e["data"]["is_resumed"] for e in place.events() if e["type"] == "TaskClaimed"]
    assert claims == [False, True]


def test_a_resumed_conversation_begins_with_the_same_bytes(place):
    server = place.serve(*turns(write("hello.txt", "hi\n"), HANGS))
    process = place.start("run", "Create hello.txt", "-w", place.workspace)
    assert server.wait_for_requests(2, LIMIT_SECONDS)
    process.send_signal(signal.SIGINT)
    assert place.finish(process).code == 130
    again = place.serve(*turns(HANGS, done()))

    assert place.run("run", "--resume", "last").code == 0

    (before, after) = (server.requests[1].body["messages"], again.requests[0].body["messages"])
    assert json.dumps(after) == json.dumps(before)


def test_ctrl_c_while_planning_resumes_with_the_planning(place):
    server = place.serve(*turns(HANGS, schema_text='"subtasks"'))
    process = place.start("run", BIG_GOAL, "-w", place.workspace)
    assert server.wait_for_requests(1, LIMIT_SECONDS)
    process.send_signal(signal.SIGINT)
    assert place.finish(process).code == 130
    place.serve(*planned(subtask("only")), *part("only", write("only.txt", "x\n"), done()))

    resumed = place.run("run", "--resume", "last", "--json")

    assert (resumed.code, resumed.states()) == (0, {"only": "completed"})


def test_finished_subtasks_are_not_run_again_after_a_kill(place):
    names = (subtask("first"), subtask("second", "first"))
    first = part("first", write("first.txt", "1\n"), done())
    server = place.serve(*planned(*names), *first, *part("second", HANGS))
    process = place.start("run", BIG_GOAL, "-w", place.workspace)
    wait_until(lambda: len(server.requests) == 4, "the second subtask never asks")

    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    again = place.serve(*part("second", write("second.txt", "2\n"), done()))
    resumed = place.run("run", "--resume", "last", "--json")

    assert resumed.code == 0, resumed.stderr
    assert resumed.states() == {"first": "completed", "second": "completed"}
    assert len(again.requests) == 2
    assert len([e for e in place.events() if e["type"] == "SubtaskStarted"]) == 2


def test_a_call_that_a_kill_interrupted_is_in_doubt_and_not_repeated(place, sandboxed):
    server = place.serve(
        *turns(
            Reply.calling("shell_execute", command="echo x >> count.txt; sleep 60"),
            Reply.calling("shell_execute", command="cat count.txt"),
            write("hello.txt", "hi\n"),
            done(),
        )
    )
    process = place.start("run", "Create hello.txt", "-w", place.workspace)
    count = place.workspace / "count.txt"
    wait_until(lambda: count.exists() and count.read_text(), "the command never starts")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)

    resumed = place.run("run", "--resume", "last", "--json")

    assert [data["tool"] for data in resumed.of("StepInDoubt")] == ["shell_execute"]
    assert next(data["arguments"] for data in resumed.of("ToolCallStarted")) == {
        "command": "cat count.txt"
    }
    assert place.read("count.txt") == "x\n"
    assert "Look before you act again" in str(server.requests[1].body["messages"][-1])
    assert resumed.code == 0, resumed.stdout
    assert place.read("hello.txt") == "hi\n"


def test_a_task_that_is_running_cannot_be_run_twice(place):
    server = place.serve(*turns(HANGS))
    place.start("run", "Create hello.txt", "-w", place.workspace)
    assert server.wait_for_requests(1, LIMIT_SECONDS)

    second = place.run("run", "--resume", "last")

    assert second.code == 1
    assert "is being worked on by" in second.stderr.splitlines()[-1]
    assert "Traceback" not in second.stderr
    assert len(server.requests) == 1


def test_a_finished_task_is_neither_resumed_nor_cancelled(place):
    place.serve(*turns(*says_hi()))
    assert place.work().code == 0

    resumed, cancelled = place.run("run", "--resume", "last"), place.run("cancel", "last")

    assert (resumed.code, cancelled.code) == (2, 1)
    assert "completed" in resumed.stderr
    assert "completed" in cancelled.stderr
