"""Cancelling, approvals, questions and refusals over MCP."""

import asyncio
import json

import anyio
import pytest
from mcp.types import ElicitResult
from mcp_site import GOAL, LIMIT_SECONDS, SAYS_HI, McpSite, done, turns, until_cancelled

from loom_core.testing import Reply, Rule

SLOW = (Rule(reply=Reply(text="never", delay_seconds=300.0)),)
GATED = turns(Reply.calling("shell_execute", command="echo hi > hello.txt"), done())
MANUAL = '[approval]\nmode = "manual"\n'
ASKS = turns(
    Reply.calling("ask_user", question="Which word?", options=["hi", "ho"]),
    Reply.calling("write_file", path="hello.txt", content="hi\n"),
    done(),
)


async def begun(site: McpSite, client):
    """A call that runs, once its model was asked; its scope ends it."""
    started = asyncio.Event()

    async def on_progress(_progress, _total, message):
        if "started with" in (message or ""):
            started.set()

    async def call(scope):
        with scope:
            await client.call_tool(
                "loom_execute_task", {"goal": GOAL}, progress_callback=on_progress
            )

    scope = anyio.CancelScope()
    task = asyncio.create_task(call(scope))
    async with asyncio.timeout(LIMIT_SECONDS):
        await started.wait()
    return scope, task


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_cancelling_a_call_cancels_its_task(site: McpSite, mode):
    site.script(*SLOW)

    async with site.stdio(mode=mode) as client:
        scope, task = await begun(site, client)
        scope.cancel()
        await task
        await until_cancelled(client)

    assert json.loads(await site.call("status", "last", "--json"))["state"] == "cancelled"


async def test_cancelling_a_call_over_http_cancels_its_task(site: McpSite):
    site.script(*SLOW)
    _, url = site.serve_http()

    async with site.http(url) as client:
        scope, task = await begun(site, client)
        scope.cancel()
        await task
        await until_cancelled(client)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_question_of_a_model_is_put_to_the_client(site: McpSite, mode):
    site.script(*ASKS)
    asked = []

    async def answer(_context, params):
        asked.append(params.message)
        return ElicitResult(action="accept", content={"answer": "1"})

    async with site.near(mode=mode, elicitation_callback=answer) as client:
        result = await client.call_tool("loom_execute_task", {"goal": GOAL})

    assert result.structured_content["status"] == "completed", result
    assert asked == ["Loom asks: Which word?\n1. hi\n2. ho"]
    events = [
        json.loads(line) for line in (await site.call("events", "last", "--json")).splitlines()
    ]
    [answered] = [one["data"] for one in events if one["type"] == "QuestionAnswered"]
    assert (answered["answer"], answered["by"]) == ("hi", "the MCP client")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_gated_step_is_put_to_the_client_if_the_user_allowed_it(site: McpSite, mode):
    site.script(*GATED, settings=MANUAL)
    asked = []

    async def answer(_context, params):
        asked.append(params.message)
        return ElicitResult(action="accept", content={"answer": "yes"})

    async with site.near(client_may_approve=True, mode=mode, elicitation_callback=answer) as client:
        result = await client.call_tool("loom_execute_task", {"goal": GOAL})

    assert result.structured_content["status"] == "completed", result
    assert len(asked) == 1
    assert "echo hi > hello.txt" in asked[0]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_gated_step_waits_for_the_user_and_the_task_goes_on_after_it(site: McpSite, mode):
    site.script(*GATED, settings=MANUAL)

    async def answer(_context, _params):
        raise AssertionError("the client must not be asked")

    async with site.near(mode=mode, elicitation_callback=answer) as client:
        waiting = (await client.call_tool("loom_execute_task", {"goal": GOAL})).structured_content
        was_there = (site.workspace / "hello.txt").exists()
        await site.call("approve", waiting["task_id"], waiting["waits_for"][0]["id"])
        result = await client.call_tool("loom_execute_task", {"task_id": waiting["task_id"]})

    assert (waiting["status"], was_there) == ("waiting_approval", False)
    [open_item] = waiting["waits_for"]
    assert open_item["kind"] == "approval"
    assert "echo hi > hello.txt" in open_item["text"]
    assert "approve" in waiting["next"]
    assert result.structured_content["status"] == "completed"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_answer_that_is_none_leaves_the_step_open(site: McpSite, mode):
    site.script(*GATED, settings=MANUAL)

    async def answer(_context, _params):
        return ElicitResult(action="cancel")

    async with site.near(client_may_approve=True, mode=mode, elicitation_callback=answer) as client:
        result = await client.call_tool("loom_execute_task", {"goal": GOAL})

    assert result.structured_content["status"] == "waiting_approval"
    assert not (site.workspace / "hello.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "there is no goal"),
        ({"goal": "x", "more": 1}, "more"),
        ({"goal": 7}, "goal"),
        ({"goal": "x", "workspace": "/etc"}, "outside of"),
        ({"goal": "x", "workspace": "../.."}, "outside of"),
        ({"goal": "x", "workspace": "a\0b"}, "is no directory"),
        ({"goal": "x", "task_id": "y"}, "not both"),
        ({"task_id": "none-there"}, "none-there"),
    ],
)
async def test_what_cannot_be_run_is_refused_with_the_reason(site: McpSite, arguments, words):
    site.script(*SAYS_HI)

    async with site.near() as client:
        result = await client.call_tool("loom_execute_task", arguments)

    assert result.is_error
    assert words in result.content[0].text


async def test_a_failed_task_says_so(site: McpSite):
    site.script(
        Rule(reply=done("I did nothing")), settings="[execution]\nmax_subtask_retries = 0\n"
    )

    async with site.near() as client:
        result = await client.call_tool("loom_execute_task", {"goal": GOAL})

    assert result.is_error
    assert result.structured_content["status"] == "failed"
    assert result.structured_content["reason"]
