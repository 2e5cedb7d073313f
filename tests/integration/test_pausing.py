"""Letting a task stand still from another process, and going on with it."""

import asyncio
import json
import sqlite3

from scenario import LIMIT_SECONDS, says_hi, turns, wait_until

from loom_core.engine.control import CANCEL, PAUSE
from loom_core.store import Store
from loom_core.testing import FaultKind, Reply, Rule

HANGS = Reply.failing(FaultKind.SILENT)
COUNT = Reply.calling(
    "shell_execute", command="echo once >> count.txt; sleep 1; echo end >> count.txt"
)


def test_a_pause_lets_the_running_call_end_and_a_resume_goes_on_after_it(place, sandboxed):
    server = place.serve(*turns(COUNT, *says_hi(), first_user="Create"))
    process = place.start("run", "Create hello.txt that says hi", "-w", place.workspace, "--json")
    count = place.workspace / "count.txt"
    wait_until(lambda: count.exists() and count.read_text(), "the command never starts")

    paused = place.run("pause", "last", "--json")

    assert json.loads(paused.stdout)["state"] == "paused"
    finished = place.finish(process)
    assert finished.code == 3
    assert finished.of("TaskPaused") == [{"reason": "paused by loom pause", "cause": "asked"}]
    assert place.read("count.txt") == "once\nend\n"
    assert len(finished.of("ToolCallFinished")) == 1
    asked = len(server.requests)
    status = json.loads(place.run("status", "last", "--json").stdout)
    assert status["state"] == "paused"

    resumed = place.run("resume", "last", "--json")

    assert resumed.code == 0, resumed.stderr
    assert resumed.result["state"] == "completed"
    assert place.read("count.txt") == "once\nend\n"
    assert asked == 1
    assert [request.turn for request in server.requests] == [0, 1, 2]


def test_a_pause_is_said_and_how_to_go_on(place):
    place.serve(*turns(Reply.status(401)))
    assert place.work().result["state"] == "paused"

    paused, again = place.run("pause", "last"), place.run("pause", "last", "--json")

    assert paused.code == 0
    assert "is paused" in paused.stdout
    assert "resume  loom resume" in paused.stdout
    assert json.loads(again.stdout)["state"] == "paused"
    causes = [e["data"]["cause"] for e in place.events() if e["type"] == "TaskPaused"]
    assert causes == ["trouble", "asked"]


def test_a_cancel_wins_over_a_pause(place):
    server = place.serve(*turns(HANGS))
    process = place.start("run", "Create hello.txt", "-w", place.workspace, "--json")
    assert server.wait_for_requests(1, LIMIT_SECONDS)
    task_id = json.loads(place.run("list", "--json").stdout)[0]["task_id"]
    leave(place, task_id, PAUSE)

    cancelled = place.run("cancel", "last", "--json")

    assert json.loads(cancelled.stdout)["state"] == "cancelled"
    finished = place.finish(process)
    assert finished.of("TaskPaused") == []
    assert place.run("pause", "last").code == 1


def test_a_resume_takes_back_a_pause_that_is_not_reached(place):
    server = place.serve(*turns(HANGS))
    process = place.start("run", "Create hello.txt", "-w", place.workspace, "--json")
    assert server.wait_for_requests(1, LIMIT_SECONDS)
    task_id = json.loads(place.run("list", "--json").stdout)[0]["task_id"]
    leave(place, task_id, PAUSE)

    resumed = place.run("resume", "last", "--json")

    assert resumed.code == 0, resumed.stderr
    assert json.loads(resumed.stdout)["owner"]
    assert pending(place, task_id) == []
    place.run("cancel", "last")
    assert place.finish(process).of("TaskPaused") == []


def leave(place, task_id, kind):
    """Leave a command as another process does that does not wait."""

    async def ask():
        store = Store.open(place.home / "loom.db")
        await store.request(task_id, kind, {"by": "a test"})
        await store.close()

    asyncio.run(ask())


def pending(place, task_id):
    """The commands that nobody has settled."""

    async def look():
        store = Store.open(place.home / "loom.db")
        found = await store.commands(task_id)
        await store.close()
        return [command.kind for command in found]

    return asyncio.run(look())


def test_a_cancel_that_a_crash_left_over_is_obeyed_before_anything_else(place):
    server = place.serve(Rule(reply=Reply.status(401)))
    task_id = place.work().result["task_id"]
    asked = len(server.requests)
    leave(place, task_id, PAUSE)
    leave(place, task_id, CANCEL)

    resumed = place.run("resume", "last", "--json")

    assert (resumed.code, resumed.result["state"]) == (1, "cancelled")
    assert resumed.of("TaskCancelled") == [{"by": "a test"}]
    assert len(server.requests) == asked
    assert pending(place, task_id) == []


def test_a_database_is_checked_and_backed_up_from_the_command_line(place):
    place.serve(*turns(*says_hi()))
    assert place.work().code == 0
    copy = place.root / "copy.db"

    checked, kept = place.run("db", "check", "--json"), place.run("db", "backup", copy)

    assert json.loads(checked.stdout) == {"is_sound": True, "problems": []}
    assert (kept.code, copy.exists()) == (0, True)
    assert place.run("db", "backup", copy).code == 2
    assert "newest tables already" in place.run("db", "upgrade").stdout
    with sqlite3.connect(place.home / "loom.db") as other:
        other.execute("UPDATE tasks SET summary = 'something else'")
    other.close()
    damaged = place.run("db", "check")
    assert damaged.code == 1
    assert "is not what its events say" in damaged.stdout
