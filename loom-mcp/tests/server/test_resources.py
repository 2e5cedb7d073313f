"""Plan, events and diff of a task as resources, and what is not shown."""

import json

import pytest
from mcp.shared.exceptions import MCPError
from mcp_site import GOAL, SAYS_HI, McpSite


async def read(client, task_id, kind):
    found = await client.read_resource(f"loom://tasks/{task_id}/{kind}")
    return found.contents[0].text


async def test_a_task_leaves_its_plan_its_events_and_its_diff(site: McpSite):
    site.script(*SAYS_HI)

    async with site.near() as client:
        done = await client.call_tool("loom_execute_task", {"goal": GOAL})
        task_id = done.structured_content["task_id"]
        listed = await client.list_resources()
        templates = await client.list_resource_templates()
        plan = json.loads(await read(client, task_id, "plan"))
        events = json.loads(await read(client, task_id, "events"))
        diff = await read(client, task_id, "diff")

    assert [one.uri for one in listed.resources] == [
        f"loom://tasks/{task_id}/{kind}" for kind in ("plan", "events", "diff")
    ]
    assert len(templates.resource_templates) == 3
    assert [one["state"] for one in plan["subtasks"]] == ["completed"]
    types = [event["type"] for event in events["events"]]
    assert (types[0], types[-1], events["left_out"]) == ("TaskCreated", "TaskCompleted", 0)
    assert "+hi" in diff.splitlines()


@pytest.mark.parametrize("uri", ["loom://tasks/none/plan", "loom://tasks/x/secrets", "file:///etc"])
async def test_what_is_not_there_is_refused(site: McpSite, uri):
    site.script(*SAYS_HI)

    async with site.near() as client:
        with pytest.raises(MCPError):
            await client.read_resource(uri)


async def test_tasks_of_other_directories_are_not_shown(site: McpSite):
    site.script(*SAYS_HI)
    elsewhere = site.root / "elsewhere"
    elsewhere.mkdir()
    await site.call("run", GOAL, "-w", str(elsewhere))
    other = json.loads(await site.call("status", "last", "--json"))["task_id"]

    async with site.near() as client:
        listed = await client.call_tool("loom_list_tasks", {})
        status = await client.call_tool("loom_task_status", {"task_id": other})
        going_on = await client.call_tool("loom_execute_task", {"task_id": other})
        with pytest.raises(MCPError, match="no task"):
            await read(client, other, "events")

    assert listed.structured_content["tasks"] == []
    assert status.is_error
    assert going_on.is_error
