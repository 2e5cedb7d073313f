"""The server of this home is found without being named; what a dead one left breaks nothing."""

import asyncio
import json
import socket
from dataclasses import replace

import httpx2
import pytest
from server_site import GOAL, Site

from loom_core.cli.run.whereabouts import OnlyHere, choose_server
from loom_core.cli.session import Session
from loom_core.desk.announcement import (
    Announcement,
    announcement_path,
    database_name,
    find_server,
    loom_version,
)
from loom_core.engine.owner import new_owner
from loom_core.errors import UsageError
from loom_core.settings.shape import MemorySettings
from loom_core.store import Store
from loom_core.types import Task
from loom_server.serving.announcement import announce

NOTHING = OnlyHere(model="", is_offline=False, agrees=False, is_limited=False)


@pytest.fixture
async def stored(site: Site):
    """A task in the database of this home, which no server runs."""
    site.home.mkdir()
    store = Store.open(site.home / "loom.db")
    await store.create_task(Task(id="t1", goal=GOAL, workspace=str(site.workspace)))
    await store.close()
    return Announcement(
        "http://127.0.0.1:1",
        new_owner(),
        database_name(site.settings.memory),
        version=loom_version(),
    )


async def test_who_looks_asks_the_server_that_runs_here(site: Site, loom, without_a_database):
    async with site.serve() as client:
        task = await client.create(site.workspace)
        await client.finished(task["id"])
        without_a_database()

        listed = await loom("list", "--json")
        status = await loom("status", "last", "--json")
        events = await loom("events", "last", "--json")
        database = await loom("list", "--server", "none")
        await client.create(site.workspace)
        several = await loom("status", task["id"][:5])
        unknown = await loom("status", "nothing")

    assert json.loads(listed[1])[0]["task_id"] == task["id"]
    assert json.loads(status[1])["state"] == "completed"
    assert json.loads(events[1].splitlines()[-1])["type"] == "TaskCompleted"
    assert "nobody may open the database" in database[2]
    assert listed[2] == status[2] == ""
    assert (several[0], "several tasks begin with" in several[2]) == (2, True)
    assert (unknown[0], "there is no task 'nothing'" in unknown[2]) == (2, True)


async def test_a_goal_that_is_left_goes_to_the_server_that_runs_here(site: Site, loom):
    async with site.serve() as client:
        left = await loom("run", GOAL, "-w", "made", "--detach")
        task = await client.finished(left[1].strip())
    gone = await loom("run", GOAL, "-w", "made", "--detach")
    kept = await loom("run", GOAL, "-w", "made", "--detach", "--server", "none")

    assert task["state"] == "completed"
    assert (gone[0], "loom serve" in gone[2]) == (2, True)
    assert (kept[0], "--server local" in kept[2]) == (2, True)


async def test_auto_runs_at_the_server_if_there_is_one_and_it_can_do_what_is_asked(
    site: Site, loom
):
    def chosen(only_here=NOTHING):
        return choose_server(Session(), "auto", only_here, is_detached=False)

    async with site.serve():
        found = await asyncio.to_thread(chosen)
        kept = await asyncio.to_thread(chosen, replace(NOTHING, model="mine"))
    gone = await asyncio.to_thread(chosen)

    assert (found, kept, gone) == ("local", "", "")
    assert choose_server(Session(), "", NOTHING, is_detached=False) == ""
    with pytest.raises(UsageError, match="--model"):
        choose_server(Session(), "local", replace(NOTHING, model="mine"), is_detached=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"owner": f"{socket.gethostname()}:4194304:1"}, ""),
        ({"version": "0.0.1"}, ""),
        ({"database": "/elsewhere.db"}, "has another database"),
        ({}, "does not answer"),
    ],
    ids=["dead", "another version", "another database", "nobody there"],
)
async def test_what_cannot_be_used_is_left_out(site: Site, loom, stored, change, said):
    announce(site.home, replace(stored, **change))

    code, listed, stderr = await loom("list", "--json")

    assert (code, json.loads(listed)[0]["task_id"]) == (0, "t1")
    assert (said in stderr) if said else (stderr == "")


@pytest.mark.parametrize("text", ["", "{}", '{"url": 1}', "\x00", '{"url": "http://a"'])
async def test_a_damaged_announcement_is_none(site: Site, loom, stored, text):
    path = announcement_path(site.home)
    path.parent.mkdir()
    path.write_text(text)

    code, listed, stderr = await loom("list", "--json")

    assert (code, json.loads(listed)[0]["task_id"], stderr) == (0, "t1", "")


async def test_a_server_that_hangs_is_given_up(site: Site, loom, stored, monkeypatch):
    monkeypatch.setattr("loom_core.cli.server_here.ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as hangs:
        url = f"http://127.0.0.1:{hangs.getsockname()[1]}"
        announce(site.home, replace(stored, url=url))
        (site.home / "run" / "token").write_text("a" * 64)
        (site.home / "run" / "token").chmod(0o600)
        code, listed, stderr = await loom("list", "--json")

    assert (code, json.loads(listed)[0]["task_id"]) == (0, "t1")
    assert f"({url}) does not answer" in stderr


def test_an_announcement_has_no_password():
    memory = MemorySettings(database_url="postgresql://me:hidden@127.0.0.1/loom")

    assert "hidden" not in database_name(memory)


async def test_the_dashboard_is_opened_by_a_new_link_that_works_once(site: Site, loom):
    async with site.serve() as client:
        code, link, _ = await loom("dashboard")
        async with httpx2.AsyncClient() as browser:
            first = await browser.get(link.strip())
            page = await browser.get(client.url)
            second = await browser.get(link.strip())
        known = find_server(site.home)
    nobody = await loom("dashboard")

    assert code == 0
    assert link.startswith(client.url)
    assert (first.status_code, page.status_code, second.status_code) == (303, 200, 401)
    assert "loom dashboard" in second.json()["detail"]
    assert known.url == client.url
    assert (nobody[0], "loom serve" in nobody[2]) == (2, True)
