"""Commands that act on tasks: cancel, approve."""

import asyncio
import json

import pytest

from loom_core import events as e
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.engine.outside import door
from loom_core.engine.outside.cancelling import cancel_task
from loom_core.store import Entry
from loom_core.types import Plan, Subtask, Task

PLAN = Plan(subtasks=(Subtask(id="one", description="First"),))
STARTED = [
    Entry(e.PlanCreated(plan=PLAN, source="trivial")),
    Entry(e.TaskExecutionStarted()),
    Entry(e.SubtaskStarted(tier=1), "one", 1),
]
PARKED = [
    *STARTED,
    Entry(e.SubtaskParked(reason="nobody could verify", approval_id="one-1"), "one", 1),
    Entry(e.TaskWaiting(reason="a human must look")),
]


def put(*entries: Entry, workspace: str = "/w", held_by: str = "") -> None:
    """Put the task t1 into the database; held by an engine, if one is named."""

    async def write():
        async with Session().open_store() as store:
            await store.create_task(Task(id="t1", goal="Do it", workspace=workspace))
            fence = await store.claim("t1", owner=held_by or "x", lease_seconds=30)
            await store.append("t1", entries, fence=fence)
            if not held_by:
                await store.release("t1", fence=fence)

    asyncio.run(write())


def test_an_idle_task_is_cancelled_at_once(run_loom):
    put(*STARTED)

    finished = run_loom("cancel", "last")

    assert (finished.code, finished.stdout) == (0, "task t1 is cancelled\n")
    status = json.loads(run_loom("status", "t1", "--json").stdout)
    assert (status["state"], status["reason"]) == ("cancelled", "cancelled by loom cancel")


def test_a_task_is_cancelled_once(run_loom):
    put(*STARTED)
    run_loom("cancel", "t1")

    again = run_loom("cancel", "t1")

    assert again.code == ExitCode.FAILED
    assert "is already cancelled; there is nothing to cancel" in again.stderr


def test_a_running_engine_is_asked_and_waited_for(home):
    put(*STARTED, held_by="another-host:1:1")

    async def engine(store):
        commands = []
        while not commands:  # each look is a query in another thread, so this does not spin
            commands = await store.commands("t1")
        await store.append("t1", [Entry(e.TaskCancelled(by=commands[0].payload["by"]))], fence=1)

    async def both():
        async with Session().open_store() as store:
            await asyncio.gather(engine(store), cancel_task(store, "t1", by="me"))
            return (await store.task("t1")).state

    assert asyncio.run(both()).value == "cancelled"


def test_an_engine_that_does_not_react_is_named(run_loom, monkeypatch):
    put(*STARTED, held_by="another-host:1:1")
    monkeypatch.setattr(door, "PATIENCE_SECONDS", 0.05)

    finished = run_loom("cancel", "t1")

    assert finished.code == ExitCode.FAILED
    assert "another-host:1:1 did not do so" in finished.stderr


def test_what_waits_is_shown_with_how_to_answer(run_loom):
    put(*PARKED)

    finished = run_loom("approve", "last")

    assert finished.code == 0
    assert "nobody could verify" in finished.stdout
    assert "loom approve t1 one-1" in finished.stdout
    assert json.loads(run_loom("approve", "t1", "--json").stdout)[0]["id"] == "one-1"


@pytest.mark.parametrize(
    ("options", "word", "approved"), [([], "approved", True), (["--deny"], "denied", False)]
)
def test_an_answer_is_kept(run_loom, options, word, approved):
    put(*PARKED)

    finished = run_loom("approve", "t1", "one", *options, "--reason", "I looked")

    assert finished.code == 0
    assert f"one-1 is {word}" in finished.stdout
    assert "loom run --resume t1" in finished.stdout
    events = [json.loads(line) for line in run_loom("events", "t1", "--json").stdout.splitlines()]
    decided = next(item["data"] for item in events if item["type"] == "ApprovalDecided")
    assert (decided["approved"], decided["reason"]) == (approved, "I looked")
    assert "waits for nothing" in run_loom("approve", "t1").stdout


def test_an_unknown_approval_is_refused(run_loom):
    put(*PARKED)

    finished = run_loom("approve", "t1", "one-11")

    assert finished.code == ExitCode.USAGE
    assert "did you mean 'one-1'" in finished.stderr
