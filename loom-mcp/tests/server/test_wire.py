"""What a client may do to a process that serves stdin and stdout: garbage, vanishing, a polite kill."""

import json

import pytest
from mcp_site import GOAL, LIMIT_SECONDS, SAYS_HI, McpSite, wait_until

from loom_core.testing import Reply, Rule

pytestmark = pytest.mark.slow  # processes of their own

SLOW = (Rule(reply=Reply(text="never", delay_seconds=300.0)),)
HELLO = {
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}
CALL = {
    "id": 2,
    "method": "tools/call",
    "params": {"name": "loom_execute_task", "arguments": {"goal": GOAL}},
}


def send(process, *messages):
    """Write messages, each on a line."""
    for message in messages:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    process.stdin.flush()


def test_garbage_is_survived(site: McpSite):
    site.script(*SAYS_HI)
    process = site.start("mcp-serve", "-w", str(site.workspace))
    for line in (
        b"no json\n",
        b"\xff\xfe\x00\n",
        b"[1, 2]\n",
        b"[" * 100_000 + b"\n",
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call"}\n',
        b'{"jsonrpc": "2.0", "id": 1e400, "method": "x"}\n',
        b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}\n',
        b"x" * 5_000_000 + b"\n",
    ):
        process.stdin.write(line)
    send(process, HELLO, {"id": 6, "method": "tools/list"})
    answers = []
    while not answers or answers[-1].get("id") != 6:
        answers.append(json.loads(process.stdout.readline()))
    process.stdin.close()
    rest = process.stdout.read()

    assert len(answers[-1]["result"]["tools"]) == 3
    assert rest == b""
    assert process.wait(timeout=LIMIT_SECONDS) == 0


@pytest.mark.parametrize("way", ["leaves", "is killed"])
def test_a_task_is_parked_when_its_client_leaves_or_the_server_is_stopped(site: McpSite, way):
    site.script(*SLOW)
    process = site.start("mcp-serve", "-w", str(site.workspace))
    send(process, HELLO, CALL)
    wait_until(lambda: "ModelCallStarted" in site.run("events", "last"), "the model is asked")

    if way == "leaves":
        process.stdin.close()
    else:
        process.terminate()

    assert process.wait(timeout=LIMIT_SECONDS) == 0
    assert site.state() == "paused"


def test_options_of_http_need_http(site: McpSite):
    assert "say --http too" in site.complaint("mcp-serve", "--port", "7")
