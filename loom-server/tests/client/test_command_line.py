"""``loom … --server``: the same commands over HTTP, from the command line to the disk."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from server_site import GOAL, LIMIT_SECONDS, Site, done, shell, turns

from loom_core.errors import UsageError
from loom_core.testing import Reply, Rule, Script
from loom_server.client.place import find_place

LOOM = Path(sys.executable).with_name("loom")


def start(site, *arguments):
    """Call ``loom`` in a process of its own."""
    return subprocess.Popen(
        [LOOM, *arguments],
        cwd=site.root,
        env={**os.environ, "LOOM_HOME": str(site.home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_tasks_of_a_server_are_looked_at(site: Site, loom):
    async with site.serve() as client:
        task = await client.create(site.workspace)
        await client.finished(task["id"])

        listed = await loom("list", "--server", "local", "--json")
        short = await loom("status", task["id"][:-2], "--server", client.url)
        status = await loom("status", "last", "--server", "local", "--json")
        events = await loom("events", "last", "--server", "local", "--json")

    assert json.loads(listed[1])[0]["task_id"] == task["id"]
    assert json.loads(listed[1])[0]["done"] == 1
    assert "Completed" in short[1]
    assert "created hello.txt" in short[1]
    assert json.loads(status[1])["state"] == "completed"
    lines = [json.loads(line) for line in events[1].splitlines()]
    assert (lines[0]["type"], lines[-1]["type"]) == ("TaskCreated", "TaskCompleted")


async def test_a_waiting_call_is_approved_through_a_server_and_goes_on(site: Site, loom):
    site.script = Script(rules=turns(shell("echo hi > hello.txt"), done()))
    async with site.serve() as client:
        task = await client.create(site.workspace, approval_mode="manual")
        await client.type(task["id"], "TaskWaiting")

        shown = await loom("approve", "last", "--server", "local")
        approval = (await client.get(f"/tasks/{task['id']}"))["approvals"][0]["id"]
        wrong = await loom("approve", "last", "nothing", "--server", "local")
        said = await loom("approve", "last", approval, "--server", "local")
        await client.type(task["id"], "ApprovalDecided")

    assert "echo hi > hello.txt" in shown[1]
    assert f"{approval} --server local [--deny]" in shown[1]
    assert wrong[0] == 2
    assert (said[0], said[1]) == (0, f"{approval} is approved\n")


async def test_a_task_is_steered_paused_and_cancelled_through_a_server(site: Site, loom):
    site.server = site.server.model_copy(update={"max_running_tasks": 1})
    site.script = Script(rules=(Rule(reply=Reply(delay_seconds=3600)),))
    async with site.serve() as client:
        first = await client.create(site.workspace)
        second = await client.create(site.workspace)
        await client.type(first["id"], "ModelCallStarted")

        steered = await loom("steer", first["id"], "be brief", "--server", "local")
        paused = await loom("pause", second["id"], "--server", "local", "--json")
        cancelled = await loom("cancel", first["id"], "--server", "local")
        again = await loom("cancel", first["id"], "--server", "local")
        given = await client.type(first["id"], "InstructionGiven")

    assert steered[0] == 0
    assert given["data"]["text"] == "be brief"
    assert json.loads(paused[1])["state"] == "paused"
    assert cancelled[1] == f"task {first['id']} is cancelled\n"
    assert (again[0], "cancelled" in again[2]) == (1, True)


@pytest.mark.slow
async def test_a_goal_runs_at_a_server_and_is_reported_here(site: Site):
    async with site.serve():
        watched = start(site, "run", GOAL, "-w", "made", "--server", "local", "--json")
        stdout, stderr = await asyncio.to_thread(watched.communicate, timeout=LIMIT_SECONDS)

    lines = [json.loads(line) for line in stdout.splitlines()]
    assert watched.returncode == 0, stderr
    assert (site.root / "made" / "hello.txt").read_text() == "hi\n"
    assert lines[-1]["state"] == "completed"
    assert lines[-1]["type"] == "result"


@pytest.mark.slow
async def test_a_goal_that_is_left_goes_on_at_the_server(site: Site):
    async with site.serve() as client:
        left = start(site, "run", GOAL, "-w", "made", "--server", "local", "--detach")
        stdout, _ = await asyncio.to_thread(left.communicate, timeout=LIMIT_SECONDS)
        task = await client.finished(stdout.strip())

    assert left.returncode == 0
    assert task["state"] == "completed"


async def test_what_only_a_run_here_can_do_is_refused(site: Site, loom):
    detached = await loom("run", GOAL, "--detach")
    offline = await loom("run", GOAL, "--server", "local", "--offline")
    nobody = await loom("list", "--server", "local")

    assert (detached[0], "loom serve" in detached[2]) == (2, True)
    assert (offline[0], "--offline" in offline[2]) == (2, True)
    assert (nobody[0], "loom serve" in nobody[2]) == (2, True)


async def test_a_wrong_token_or_no_server_is_said(site: Site, loom, monkeypatch):
    async with site.serve() as client:
        port = client.url.rpartition(":")[2]
        monkeypatch.setenv("LOOM_TOKEN", "wrong")
        refused = await loom("list", "--server", f"http://localhost:{port}")
    gone = await loom("list", "--server", f"http://localhost:{port}")

    assert (refused[0], "token" in refused[2]) == (2, True)
    assert (gone[0], "does not answer" in gone[2]) == (2, True)


@pytest.mark.parametrize(
    "server", ["http://box.lan:9000", "ftp://127.0.0.1", "127.0.0.1:9000", "http://me:pw@127.0.0.1"]
)
def test_the_token_goes_nowhere_it_could_be_seen(tmp_path, server):
    with pytest.raises(UsageError):
        find_place(server, home=tmp_path, environ={"LOOM_TOKEN": "secret"})


def test_the_token_of_this_home_goes_to_the_server_of_this_home_only(tmp_path):
    with pytest.raises(UsageError, match="LOOM_TOKEN"):
        find_place("http://127.0.0.1:1", home=tmp_path, environ={})
