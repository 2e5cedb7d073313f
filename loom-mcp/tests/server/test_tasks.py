"""A whole task over MCP, by the SDK's own client: stdio and HTTP, both eras of the protocol."""

import json

import pytest
from mcp_site import GOAL, SAYS_HI, McpSite

pytestmark = pytest.mark.slow  # processes of their own


async def run_goal(client, goal=GOAL, **arguments):
    """Run a goal; the result, and the progress that was told."""
    told = []

    async def on_progress(progress, total, message):
        told.append((progress, total, message))

    result = await client.call_tool(
        "loom_execute_task", {"goal": goal, **arguments}, progress_callback=on_progress
    )
    return result, told


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_task_runs_to_its_end_over_stdio(site: McpSite, mode):
    site.script(*SAYS_HI)

    async with site.stdio(mode=mode) as client:
        result, told = await run_goal(client)

    report = result.structured_content
    assert not result.is_error
    assert report["status"] == "completed"
    assert (site.workspace / "hello.txt").read_text() == "hi\n"
    assert report["changed_files"] == [{"path": "hello.txt", "change": "created"}]
    assert "passed" in {one["status"] for one in report["evidence"]}
    assert report["undo"].endswith(f"loom undo {report['task_id']}")
    assert json.loads(result.content[0].text) == report
    assert [value for value, _, _ in told] == sorted({value for value, _, _ in told})
    assert any("hello.txt" in text for _, _, text in told), told


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_task_runs_to_its_end_over_http(site: McpSite, mode):
    site.script(*SAYS_HI)
    _, url = site.serve_http()

    async with site.http(url, mode=mode) as client:
        result, told = await run_goal(client)
        status = await client.call_tool(
            "loom_task_status", {"task_id": result.structured_content["task_id"]}
        )
        listed = await client.call_tool("loom_list_tasks", {})

    assert result.structured_content["status"] == "completed"
    assert status.structured_content == result.structured_content
    assert [one["status"] for one in listed.structured_content["tasks"]] == ["completed"]
    assert told
