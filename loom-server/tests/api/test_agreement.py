"""One task with subtasks side by side, told alike by every way of looking, live and after a restart."""

import asyncio
import json

from loom_call import call
from parts_goal import PARTS_GOAL, THREE_PARTS
from server_site import LIMIT_SECONDS, Client, Site

from loom_core.testing import Script

OF_THE_MOMENT = ("is_running_here", "is_queued")
LIFE = [
    "SubtaskStarted",
    "ModelCallStarted",
    "ToolCallFinished",
    "VerdictReached",
    "SubtaskCompleted",
]


async def look(client: Client, task_id: str):
    """Everything that the API tells of a task that has ended."""
    task = await client.get(f"/tasks/{task_id}")
    (listed,) = (await client.get("/tasks"))["tasks"]
    return {
        "task": {key: value for key, value in task.items() if key not in OF_THE_MOMENT},
        "listed": listed,
        "subtasks": await client.get(f"/tasks/{task_id}/subtasks"),
        "changes": (await client.get(f"/tasks/{task_id}/changes"))["changes"],
        "events": (await client.get(f"/tasks/{task_id}/events", limit=1000))["events"],
        "stream": await client.events(task_id),
    }


async def let_go(client, task_id):
    """Wait until the engine holds the task no more, which is a moment after its last event."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while (await client.get(f"/tasks/{task_id}"))["owner"]:
            pass


async def database(site: Site, monkeypatch, *arguments):
    """What a command tells from the database."""
    monkeypatch.setenv("LOOM_HOME", str(site.home))
    monkeypatch.chdir(site.root)
    _, stdout, _ = await asyncio.to_thread(call, *arguments, "--server", "none", "--json")
    return [json.loads(line) for line in stdout.splitlines()]


async def test_every_way_of_looking_tells_the_same(site: Site, monkeypatch):
    site.script = Script(rules=THREE_PARTS)
    async with site.serve() as client:
        created = await client.create(
            site.workspace, PARTS_GOAL, approval_mode="confidence_threshold"
        )
        live = [event async for event in client.live(created["id"])]
        await let_go(client, created["id"])
        told = await look(client, created["id"])
    async with site.serve() as client:
        retold = await look(client, created["id"])
        undone = await client.http.post(f"/tasks/{created['id']}/undo", json={"subtask_id": "left"})
    listed = await database(site, monkeypatch, "list")

    task = told["task"]
    assert task["state"] == "completed"
    assert retold == told
    assert live == told["events"] == told["stream"]
    assert told["listed"] == {key: task[key] for key in told["listed"]}
    assert told["subtasks"] == task["subtasks"]
    assert listed[0][0]["task_id"] == task["id"]
    assert (task["goal"], task["approval_mode"]) == (PARTS_GOAL, "confidence_threshold")
    assert task["created_at"] <= task["started_at"] <= task["finished_at"] <= task["updated_at"]
    assert [one["path"] for one in told["changes"]] == ["left.txt", "right.txt", "whole.txt"]
    assert undone.json()["done"] is True
    assert sorted(path.name for path in site.workspace.iterdir()) == ["right.txt", "whole.txt"]
    in_order(live)


def in_order(events):
    """Nothing is missing or in another order, of all subtasks together and of each."""
    assert [one["sequence"] for one in events] == list(range(1, len(events) + 1))
    assert [one["at"] for one in events] == sorted(one["at"] for one in events)
    for name in ("left", "right", "whole"):
        own = iter([one["type"] for one in events if one["subtask_id"] == name])
        assert all(kind in own for kind in LIFE), name
    begun = [one["subtask_id"] for one in events if one["type"] == "SubtaskStarted"]
    assert (sorted(begun[:2]), begun[2:]) == (["left", "right"], ["whole"])
