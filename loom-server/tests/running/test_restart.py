"""A server that stops, and one that is killed: what it had accepted goes on with the next."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from server_site import GOAL, LIMIT_SECONDS, SAYS_HI, Client, Site

from loom_core.engine.owner import new_owner
from loom_core.store import Store
from loom_core.testing import Reply, Rule, Script
from loom_core.types import Task
from loom_server.running import keeper

SLOW = Script(rules=(Rule(reply=Reply(delay_seconds=3600)),))
SERVER = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from server_site import Site
from loom_core.app import Loom
from loom_core.testing import Reply, Rule, Script
site = Site(Path(sys.argv[1]), Script(rules=(Rule(reply=Reply(delay_seconds=3600)),)))
Loom.load_provider = lambda _loom, _name: site.provider
async def main():
    async with site.serve() as client:
        print(client.url, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
"""A server whose models never answer."""


async def test_what_runs_when_the_server_stops_is_parked_and_goes_on_with_the_next(site: Site):
    site.script = SLOW
    async with site.serve() as client:
        task = await client.create(site.workspace)
        await client.type(task["id"], "ModelCallStarted")
    store = Store.open(site.home / "loom.db")
    parked = await store.task(task["id"])
    await store.close()
    site.script = Script(rules=SAYS_HI)
    async with site.serve() as client:
        ended = await client.finished(task["id"])

    assert (parked.state.value, parked.owner) == ("paused", "")
    assert ended["state"] == "completed"
    assert (site.workspace / "hello.txt").exists()


async def test_a_bug_in_one_look_leaves_no_task_lying(site: Site, monkeypatch):
    site.script = SLOW
    async with site.serve() as client:
        task = await client.create(site.workspace)
        await client.type(task["id"], "ModelCallStarted")
    breaks = iter((True,))
    look = keeper.Keeper.look

    async def broken_once(self):
        if next(breaks, False):
            raise ZeroDivisionError
        await look(self)

    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(keeper.Keeper, "look", broken_once)
    site.script = Script(rules=SAYS_HI)
    async with site.serve() as client:
        ended = await client.finished(task["id"])

    assert ended["state"] == "completed"


async def test_what_somebody_runs_at_a_terminal_is_left_to_them(site: Site):
    site.home.mkdir()
    store = Store.open(site.home / "loom.db")
    await store.create_task(Task(id="t1", goal=GOAL, workspace=str(site.workspace)))
    await store.close()
    async with site.serve() as client:
        other = await client.create(site.root / "other")
        await client.finished(other["id"])
        left = await client.get("/tasks/t1")

    assert left["state"] == "pending"


async def test_what_another_engine_holds_is_left_to_it_until_it_lets_go(site: Site):
    site.home.mkdir()
    store = Store.open(site.home / "loom.db")
    task = Task(id="t1", goal=GOAL, workspace=str(site.workspace))
    await store.create_task(task, is_hosted=True)
    fence = await store.claim("t1", owner=new_owner(), lease_seconds=600)
    async with site.serve() as client:
        other = await client.create(site.root / "other")
        await client.finished(other["id"])
        held = await client.get("/tasks/t1")
        await store.release("t1", fence=fence)
        ended = await client.finished("t1")
    await store.close()

    assert held["state"] == "pending"
    assert ended["state"] == "completed"


def start(site):
    """A server in a process of its own, and its address."""
    here = str(Path(__file__).parent.parent)
    command = [sys.executable, "-c", SERVER, str(site.root), here]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


@pytest.mark.slow
async def test_three_tasks_of_a_killed_server_end_with_the_next_and_their_streams_go_on(site: Site):
    process, url = await asyncio.to_thread(start, site)
    seen = {}
    try:
        headers = {"Authorization": f"Bearer {site.token}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=LIMIT_SECONDS) as http:
            client = Client(http, url, "")
            for name in ("a", "b", "c"):
                task = await client.create(site.root / name)
                seen[task["id"]] = await client.type(task["id"], "ModelCallStarted")
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    async with site.serve() as client:
        for task_id, last in seen.items():
            rest = await client.events(task_id, last["sequence"])
            every = await client.events(task_id)
            assert every[-1]["type"] == "TaskCompleted"
            assert [one for one in every if one["sequence"] > last["sequence"]] == rest

    assert all((site.root / name / "hello.txt").read_text() == "hi\n" for name in ("a", "b", "c"))
