"""Streamable HTTP behind the guard of ``loom serve``, and tasks that run at a server."""

import subprocess

import httpx2
import pytest
from mcp_site import GOAL, LIMIT_SECONDS, SAYS_HI, McpSite, wait_until

pytestmark = pytest.mark.slow  # processes of their own

_PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def ask(url, **headers):
    """The status of a request."""
    given = {"Accept": "application/json, text/event-stream", **headers}
    return httpx2.post(url, json=_PING, headers=given, timeout=LIMIT_SECONDS).status_code


def test_nobody_gets_in_without_the_token_or_from_another_site(site: McpSite):
    site.script(*SAYS_HI)
    process, url = site.serve_http()
    token = {"Authorization": f"Bearer {site.token}"}

    without = ask(url)
    wrong = ask(url, Authorization="Bearer " + "0" * 64)
    foreign = ask(url, Origin="https://evil.example", **token)
    rebound = ask(url, Host="evil.example", **token)
    cross = ask(url, **{"Sec-Fetch-Site": "cross-site"}, **token)
    form = httpx2.post(url, content=b"a=1", headers={"Content-Type": "text/plain", **token})
    process.terminate()

    assert (without, wrong, foreign, rebound, cross) == (401, 401, 403, 403, 403)
    assert form.status_code == 415
    assert process.wait(timeout=LIMIT_SECONDS) == 0
    assert process.stdout.read() == b""


def test_other_machines_are_not_served_without_encryption(site: McpSite):
    site.script(*SAYS_HI)
    process = site.start("mcp-serve", "--http", "--host", "0.0.0.0", stdin=subprocess.DEVNULL)

    assert process.wait(timeout=LIMIT_SECONDS) == 2
    assert "--insecure-network" in site.said()


async def test_tasks_run_at_a_server(site: McpSite):
    site.script(*SAYS_HI)
    server = site.start("serve", "--port", "0")
    wait_until(lambda: "loom serves at" in site.said(), "the server listens")

    async with site.stdio("--server", "local") as client:
        done = await client.call_tool("loom_execute_task", {"goal": GOAL})
        task_id = done.structured_content["task_id"]
        diff = await client.read_resource(f"loom://tasks/{task_id}/diff")
    server.terminate()

    assert done.structured_content["status"] == "completed"
    assert done.structured_content["changed_files"][0]["path"] == "hello.txt"
    assert " --server http://127.0.0.1:" in done.structured_content["undo"]
    assert "+hi" in diff.contents[0].text
