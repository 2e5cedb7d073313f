"""Telling a task something while it is under way, from another process."""

import json
import os
import signal

import pytest
from scenario import (
    BIG_GOAL,
    LIMIT_SECONDS,
    done,
    part,
    planned,
    says_hi,
    subtask,
    texts_of,
    turns,
    wait_until,
    write,
)

from loom_core.testing import FaultKind, Reply, Rule

SAID = "write it in capitals"
WAITS = Reply.calling(
    "shell_execute", command="echo on > on; while [ ! -e go ]; do sleep 0.05; done; rm on go"
)
"""A command that ends when the test says so."""


def start_waiting(place, *more):
    """Begin a run, and return when its command waits."""
    process = place.start("run", "Create hello.txt", "-w", place.workspace, "--json", *more)
    wait_until((place.workspace / "on").exists, "the command never starts")
    return process


def ends(place, kind):
    """The events of a type that are in the journal."""
    return [event for event in place.events() if event["type"] == kind]


def tail(request):
    """The last turn of a request."""
    return request.body["messages"][-1]


def test_an_instruction_reaches_the_next_call_at_its_tail_and_stays(place, sandboxed):
    server = place.serve(*turns(WAITS, *says_hi()))
    process = start_waiting(place)

    told = place.run("steer", "last", SAID, "--json")
    (place.workspace / "go").touch()
    finished = place.finish(process)

    assert json.loads(told.stdout)["instruction"] == SAID
    assert finished.code == 0, finished.stderr
    assert finished.of("InstructionGiven") == [{"text": SAID, "by": "loom steer"}]
    (delivered,) = finished.of("InstructionDelivered")
    assert delivered["text"] == SAID
    first, second, third = (request.body["messages"] for request in server.requests)
    assert SAID not in json.dumps(first)
    assert second[: len(first)] == first
    assert second[-1]["role"] == "user"
    assert SAID in second[-1]["content"]
    assert third[: len(second)] == second
    assert json.dumps(third).count(SAID) == 1


def test_an_instruction_is_shown_live_and_kept_as_memory(place, sandboxed):
    place.serve(*turns(WAITS, *says_hi()))
    process = place.start("run", "Create hello.txt", "-w", place.workspace)
    wait_until((place.workspace / "on").exists, "the command never starts")

    place.run("steer", "last", SAID)
    (place.workspace / "go").touch()

    assert f"instruction by loom steer: {SAID}" in place.finish(process).stderr


def test_an_instruction_outlives_a_kill_and_is_told_once(place, sandboxed):
    server = place.serve(*turns(WAITS, *says_hi()))
    process = start_waiting(place)
    place.run("steer", "last", SAID)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    place.run("steer", "last", "and in English")

    resumed = place.run("run", "--resume", "last", "--json")

    assert resumed.code == 0, resumed.stderr
    said = json.dumps(server.requests[1].body["messages"])
    assert said.index(SAID) < said.index("and in English")
    assert SAID in tail(server.requests[1])["content"]
    last = json.dumps(server.requests[-1].body["messages"])
    assert (last.count(SAID), last.count("and in English")) == (1, 1)


def test_a_resumed_conversation_has_the_instruction_where_it_was(place, sandboxed):
    look = Reply.calling("list_directory", path=".")
    server = place.serve(*turns(WAITS, look, Reply.failing(FaultKind.SILENT)))
    process = start_waiting(place)
    place.run("steer", "last", SAID)
    (place.workspace / "go").touch()
    assert server.wait_for_requests(3, LIMIT_SECONDS)
    # What only looked is written within milliseconds and not before the next request: wait for it.
    wait_until(lambda: len(ends(place, "ToolCallFinished")) == 2, "both calls are in the journal")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    again = place.serve(*turns(WAITS, look, *says_hi()))

    resumed = place.run("run", "--resume", "last", "--json")

    assert resumed.code == 0, resumed.stderr
    assert again.requests[0].body["messages"] == server.requests[2].body["messages"]
    assert json.dumps(again.requests[-1].body).count(SAID) == 1
    assert len([e for e in place.events() if e["type"] == "InstructionDelivered"]) == 1


def test_a_task_that_nobody_works_on_can_be_told_and_every_subtask_hears_it(place):
    place.serve(Rule(reply=Reply.status(401)))
    assert place.work(BIG_GOAL).result["state"] == "paused"
    assert place.run("steer", "last", SAID).code == 0
    names = (subtask("a"), subtask("b", "a"))
    server = place.serve(
        *planned(*names),
        *part("a", write("a.txt", "A\n"), done()),
        *part("b", write("b.txt", "B\n"), done()),
    )

    resumed = place.run("resume", "last", "--json")

    assert resumed.code == 0, resumed.stderr
    firsts = [request for request in server.requests if request.turn == 0]
    assert len(firsts) == 3
    assert all(texts_of(request.body)[-1].endswith(SAID) for request in firsts)
    assert all(json.dumps(request.body).count(SAID) == 1 for request in server.requests)


def test_a_model_that_says_it_is_done_is_told_first(place, sandboxed):
    makes = Reply.calling(
        "shell_execute",
        command=(
            "echo hi > hello.txt; echo on > on; while [ ! -e go ]; do sleep 0.05; done; rm on go"
        ),
    )
    both = Reply(tool_calls=(*makes.tool_calls, *done().tool_calls))
    server = place.serve(*turns(both, write("HELLO.txt", "HI\n"), done("in capitals")))
    process = start_waiting(place)

    place.run("steer", "last", SAID)
    (place.workspace / "go").touch()
    finished = place.finish(process)

    assert finished.code == 0, finished.stderr
    assert "the user has said something new" in json.dumps(server.requests[1].body)
    assert SAID in tail(server.requests[1])["content"]
    assert "HELLO.txt" in place.files()


@pytest.mark.parametrize(
    ("text", "why"),
    [("  ", "nothing to say"), ("x" * 2001, "2,001 characters"), ("\udcff", "no valid text")],
)
def test_what_cannot_be_said_is_refused(place, text, why):
    place.serve(Rule(reply=Reply.status(401)))
    place.work()

    refused = place.run("steer", "last", text)

    assert refused.code == 2
    assert why in refused.stderr
    assert not [e for e in place.events() if e["type"] == "InstructionGiven"]


def test_a_task_that_is_over_is_told_nothing(place):
    place.serve(*turns(*says_hi()))
    assert place.work().code == 0

    refused = place.run("steer", "last", SAID)

    assert refused.code == 1
    assert "already completed; there is nothing to steer" in refused.stderr
