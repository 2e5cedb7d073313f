"""Every type of event is emitted by a real run; none is only declared."""

import asyncio
import json
import os
import signal

import pytest
from scenario import (
    BIG_GOAL,
    GOAL,
    done,
    model,
    part,
    plan,
    planned,
    says_hi,
    subtask,
    three_parts,
    turns,
    wait_until,
    write,
)

from loom_core.app import Loom
from loom_core.events import EVENT_TYPES
from loom_core.routing import circuit
from loom_core.settings import load_settings
from loom_core.testing import Reply, Rule, Script, ScriptedCall, ServerFacts
from loom_core.types import ApprovalMode, Decision

ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
NO_VERIFIER = '[plugins]\ndisabled = ["deterministic"]'
CHECKED = subtask("a", checks=[{"kind": "file_contains", "target": "a.txt", "expected": "right"}])
CLUMSY = """
    from loom_core import hookimpl

    class Thing:
        @hookimpl
        def loom_event(self, event):
            if event.type == "SubtaskStarted":
                raise RuntimeError("x")

        @hookimpl
        def loom_extract(self, subtask, outcome):
            raise RuntimeError("x")

    thing = Thing()
"""


def completes(place):
    place.serve(*turns(*says_hi()))
    return place.work()


def is_undone_and_that_taken_back(place):
    completes(place)
    place.run("undo", "last")
    place.run("undo", "last", "--redo")


def is_forgotten(place):
    """An entry of memory is deleted, of the task that ran last."""
    completes(place)
    (entry, *_) = json.loads(place.run("memory", "list", "last", "--json").stdout)
    place.run("memory", "delete", str(entry["id"]))


def has_learned(place):
    """A plan that worked is shown to the planner of the same goal."""
    place.serve(*three_parts())
    place.work(BIG_GOAL)
    for path in place.workspace.iterdir():
        path.unlink()
    place.work(BIG_GOAL)


def plans_badly(place):
    cycle = plan(subtask("a", "b"), subtask("b", "a"))
    place.serve(
        Rule(schema_text='"subtasks"', reply=cycle), Rule(reply=done()), settings=ONE_ATTEMPT
    )
    return place.work(BIG_GOAL)


def plans_padding(place):
    padding = {"id": "look", "description": "Review the result"}
    place.serve(*planned(subtask("a"), padding), Rule(reply=done()), settings=ONE_ATTEMPT)
    return place.work(BIG_GOAL)


def is_replanned_blocked_and_skipped(place):
    place.serve(
        Rule(schema_text='"subtasks"', last_user="Went wrong", reply=plan(subtask("c"))),
        *planned(subtask("a"), subtask("b", "a"), subtask("x"), subtask("y", "x")),
        Rule(reply=Reply.calling("blocked", reason="no")),
        settings="[execution]\nmax_subtask_retries = 0\nmax_replans = 1\nmax_parallel_subtasks = 1",
    )
    return place.work(BIG_GOAL)


def is_blocked_and_skipped(place):
    place.serve(
        *planned(subtask("a"), subtask("b", "a")),
        Rule(reply=Reply.calling("blocked", reason="no")),
        settings=ONE_ATTEMPT,
    )
    return place.work(BIG_GOAL)


def goes_in_circles(place):
    place.serve(Rule(reply=Reply.calling("list_directory")), settings=ONE_ATTEMPT)
    return place.work()


def is_rolled_back_and_fails(place):
    place.serve(
        *planned(CHECKED),
        *part("a", write("a.txt", "wrong"), *[done()] * 8),
        settings="[execution]\nmax_subtask_retries = 2\nmax_samples = 1\nmax_replans = 0",
    )
    return place.work(BIG_GOAL)


def is_repaired(place):
    call = ScriptedCall(name="Write-File", arguments={"path": "hello.txt", "content": "hi\n"})
    place.serve(*turns(Reply(tool_calls=(call,)), done()))
    return place.work()


def is_denied(place):
    (place.workspace / ".env").write_text("x")
    refuses = '[approval]\nunattended = "deny"\n'
    place.serve(*turns(Reply.calling("read_file", path=".env"), *says_hi()), settings=refuses)
    return place.work()


def is_watched_clumsily(place):
    """A run beside a plugin that fails at watching and at remembering."""
    return completes(place)


def asks_and_is_answered(place):
    place.serve(*turns(Reply.calling("ask_user", question="Which?"), *says_hi()))
    place.work()
    place.run("answer", "last", "this one")


def is_parked(place):
    place.serve(*turns(*says_hi()), settings=NO_VERIFIER)
    return place.work()


def pauses_and_is_cancelled(place):
    place.serve(Rule(reply=Reply.status(401)))
    place.work()
    place.run("cancel", "last")


def is_told_something(place):
    place.serve(Rule(reply=Reply.status(401)))
    place.work()
    place.run("steer", "last", "in capitals")
    place.serve(*turns(*says_hi()))
    place.run("resume", "last")


def falls_over_and_comes_back(place):
    main = (
        *planned(subtask("a"), subtask("b", "a")),
        Rule(first_user="part a into", reply=Reply.status(404)),
        *part("b into", write("b.txt", "b"), done()),
    )
    other = part("a into", write("a.txt", "a"), done())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(circuit, "_FIRST_WAIT_SECONDS", 0.0)  # the wait is tested with the circuit
        place.configure(
            main=model(place.listen(Script(rules=main)).url),
            other=model(place.listen(Script(rules=other)).url),
        )
        return place.work(BIG_GOAL)


def outgrows_its_window(place):
    (place.workspace / "long.txt").write_text("a line of some words\n" * 400)
    look = Reply.calling("read_file", path="long.txt", line_start=1)
    again = Reply.calling("read_file", path="long.txt", line_start=9)
    place.serve(*turns(look, again, *says_hi()), facts=ServerFacts(window=5000))
    return place.work()


RUNS = [
    falls_over_and_comes_back,
    outgrows_its_window,
    is_undone_and_that_taken_back,
    is_forgotten,
    has_learned,
    plans_badly,
    plans_padding,
    is_replanned_blocked_and_skipped,
    is_blocked_and_skipped,
    goes_in_circles,
    is_rolled_back_and_fails,
    is_repaired,
    is_denied,
    asks_and_is_answered,
    is_parked,
    pauses_and_is_cancelled,
    is_told_something,
]


async def asks_somebody(place):
    """A run in manual mode with somebody who agrees to everything."""

    async def agree(call):
        return Decision(approved=True, by="somebody")

    server = place.serve(*turns(*says_hi()))
    settings = load_settings(cwd=place.here, home=place.home, environ={}).settings
    async with Loom.build(settings, home=place.home, ask=agree) as loom:
        task = await loom.create(GOAL, workspace=place.workspace, approval_mode=ApprovalMode.MANUAL)
        await loom.run(task.id)
        assert server.requests
        return {event.type for event in await loom.store.events(task.id)}


def is_killed_in_a_command(place):
    """A run that is killed while a command runs, and is resumed."""
    slow = Reply.calling("shell_execute", command="echo on > started; sleep 60")
    look = Reply.calling("shell_execute", command="ls")
    place.serve(*turns(slow, look, *says_hi()))
    process = place.start("run", GOAL, "-w", place.workspace)
    wait_until((place.workspace / "started").exists, "the command never starts")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    place.run("run", "--resume", "last")


OF_SESSIONS = {
    *("TurnStarted", "TurnSteered", "TurnAnswered", "TurnInterrupted", "TurnFailed"),
    "SessionSummarized",
}
"""What only conversations emit: ``test_cowork.py`` sees each of them."""


@pytest.mark.slow
def test_every_declared_event_is_emitted_by_some_run(place, site, sandboxed):
    seen = asyncio.run(asks_somebody(place))
    for run in [*RUNS, is_killed_in_a_command, is_watched_clumsily]:
        for path in place.workspace.iterdir():
            path.unlink()
        if run is is_watched_clumsily:
            site.add("clumsy", "loom.plugins", CLUMSY)
        run(place)
        seen |= {event["type"] for event in place.events()}

    assert seen == set(EVENT_TYPES) - OF_SESSIONS
