"""Going on after a stop: what was done, answered or refused counts, and nothing is done twice."""

import json
import os
import signal

from scenario import GOAL, done, says_hi, turns, write
from terminal import Terminal

from loom_core.testing import Reply

ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
COUNTS = Reply.calling("shell_execute", command="echo once >> count.txt")


def test_a_model_that_went_away_costs_no_step_that_was_done(place, sandboxed):
    place.serve(*turns(COUNTS, Reply.status(401)))
    paused = place.work("Count into count.txt", "--json")
    place.serve(*turns(COUNTS, done("counted")))

    resumed = place.run("run", "--resume", "last", "--json")

    assert paused.result["state"] == "paused"
    assert "401" in paused.result["reason"]
    assert (resumed.code, resumed.result["state"]) == (0, "completed")
    assert place.read("count.txt") == "once\n"
    events = place.events()
    assert sum(event["type"] == "ToolCallStarted" for event in events) == 1
    assert {event["attempt"] for event in events if event["subtask_id"]} <= {0, 1}
    assert "AttemptFailed" not in [event["type"] for event in events]


def test_an_answer_given_while_nobody_ran_the_task_is_taken(place):
    place.serve(*turns(write("hello.txt", "hi\n"), done()))
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace, "--approval", "manual")
    terminal.read_until("[y]es once")
    os.kill(terminal.process.pid, signal.SIGKILL)
    terminal.finish()
    (waiting,) = json.loads(place.run("approve", "last", "--json").stdout)

    answered = place.run("approve", "last", waiting["id"])
    resumed = place.run("run", "--resume", "last", "--json")

    assert answered.code == 0, answered.stderr
    assert (resumed.code, resumed.result["state"]) == (0, "completed")
    assert place.read("hello.txt") == "hi\n"
    types = [event["type"] for event in place.events()]
    assert (types.count("ApprovalRequested"), types.count("ApprovalDecided")) == (1, 1)


def test_a_refusal_given_while_nobody_ran_the_task_is_taken(place):
    insists = [done()] * 8
    place.serve(*turns(write("hello.txt", "hi\n"), *insists), settings=ONE_ATTEMPT)
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace, "--approval", "manual")
    terminal.read_until("[y]es once")
    os.kill(terminal.process.pid, signal.SIGKILL)
    terminal.finish()
    (waiting,) = json.loads(place.run("approve", "last", "--json").stdout)

    place.run("approve", "last", waiting["id"], "--deny", "--reason", "not there")
    resumed = place.run("run", "--resume", "last", "--json")

    assert resumed.result["state"] == "failed"
    assert place.files() == []
    assert any("not there" in data["reason"] for data in resumed.of("ToolCallDenied"))


def test_a_list_of_steps_is_there_again(place):
    adds = Reply.calling("task_tracker", action="add", content="say hi")
    lists = Reply.calling("task_tracker", action="list")
    begins = Reply.calling("task_tracker", action="update", item_id=1, status="in_progress")
    place.serve(*turns(adds, lists, Reply.status(401)))
    place.work(GOAL, "--json")
    place.serve(*turns(adds, lists, begins, lists, *says_hi()))

    resumed = place.run("run", "--resume", "last", "--json")

    assert (resumed.code, resumed.result["state"]) == (0, "completed")
    finished = [e["data"] for e in place.events() if e["type"] == "ToolCallFinished"]
    shown = [call["result"]["text"] for call in finished if call["tool"] == "task_tracker"]
    before, after = "1 [ ] say hi\n0 of 1 done", "1 [>] say hi\n0 of 1 done"
    assert shown == [before, before, after, after]
