"""A task that uses a tool of an MCP server in a process of its own, from the command line to the server."""

import json

from mcp_site import GOAL, McpSite, done, turns

from loom_core.testing import Reply, Rule

FIND = Reply.calling("find_tools", words="repeat a text")
WRITE = Reply.calling("write_file", path="hello.txt", content="hi\n")
ANOTHER_WAY = tuple(
    Rule(anywhere="nothing made up for it", turn=turn, reply=reply)
    for turn, reply in enumerate((WRITE, done()))
)
"""A model that is told that a call failed does without it."""


def use(tool, **arguments):
    """A reply that calls a tool of a server."""
    return Reply.calling("use_tool", tool=tool, arguments=arguments)


def run(site: McpSite, *replies, settings=""):
    """``loom run`` with a model that gives these replies, reaches the goal and claims to be done."""
    site.script(*ANOTHER_WAY, *turns(*replies, WRITE, done()), settings=settings)
    lines = site.run("run", GOAL, "-w", str(site.workspace), "--json").splitlines()
    return [json.loads(line) for line in lines]


def results(events, tool="use_tool"):
    """What calls of a tool gave."""
    finished = [one["data"] for one in events if one["type"] == "ToolCallFinished"]
    return [one["result"] for one in finished if one["tool"] == tool]


def test_a_tool_is_found_and_used(site: McpSite, server_table):
    events = run(
        site,
        FIND,
        use("far.echo", text="hello"),
        settings=server_table("honest", risk="read", is_local=True),
    )

    [found] = results(events, "find_tools")
    [used] = results(events)
    assert json.loads(site.run("replay", "last", "--json"))["differences"] == []
    assert events[-1]["state"] == "completed"
    assert "far.echo: Repeat a text" in found["text"]
    assert "Others: " in found["text"]
    assert "␛[2Jhello" in used["text"]
    assert used["text"].startswith("[text of far.echo until END ")


def test_a_call_waits_for_the_user_unless_the_settings_say_otherwise(site: McpSite, server_table):
    waiting = run(site, use("far.echo", text="hello"), settings=server_table("honest"))[-1]
    [[approval, what]] = waiting["approvals"].items()
    site.run("approve", waiting["task_id"], approval)
    lines = site.run("run", "--resume", waiting["task_id"], "--json").splitlines()
    events = [json.loads(line) for line in lines]

    assert waiting["state"] == "waiting_approval"
    assert what.startswith('far.echo {"text": "hello"}')
    assert "may do anything" in what
    assert events[-1]["state"] == "completed"
    assert "hello" in results(events)[0]["text"]


def test_a_tool_that_writes_into_the_workspace_can_be_undone(site: McpSite, server_table):
    path = str(site.workspace / "more.txt")
    events = run(
        site,
        use("far.save", path=path),
        settings=server_table(
            "honest", risk="write", is_local=True, writable=[str(site.workspace)]
        ),
    )

    assert {one["path"] for one in events[-1]["changes"]} == {"more.txt", "hello.txt"}
    site.run("undo", "last")
    assert list(site.workspace.iterdir()) == []


def test_what_was_read_is_not_sent_to_a_server_unasked(site: McpSite, server_table):
    (site.workspace / "private.txt").write_text("a secret\n")
    events = run(
        site,
        Reply.calling("read_file", path="private.txt"),
        use("far.echo", text="a secret"),
        settings=server_table("honest", risk="read"),
    )

    [asked] = [one["data"] for one in events if one["type"] == "ApprovalRequested"]
    assert events[-1]["state"] == "waiting_approval"
    assert "can send data off this machine" in asked["reason"]


def test_a_server_gets_few_variables_and_a_directory_of_its_own(
    site: McpSite, server_table, monkeypatch
):
    monkeypatch.setenv("SECRET_OF_MINE", "xyzzy")
    settings = server_table("honest", risk="read", is_local=True)
    settings += '[mcp.servers.far.env]\nMY_TOKEN = "plugh-plugh-plugh"\n'
    events = run(site, use("far.variables"), settings=settings)

    [used] = results(events)
    assert "SECRET_OF_MINE" not in used["text"]
    assert "MY_TOKEN" in used["text"]
    assert "plugh-plugh" not in json.dumps(events)  # what it was given comes back hidden
    assert (site.home / "mcp" / "far").is_dir()


def test_prompts_hold_no_tools_where_no_server_is_configured(site: McpSite, server_table):
    server = site.script(*turns(WRITE, done()))
    site.run("run", GOAL, "-w", str(site.workspace))
    without = {tool["function"]["name"] for tool in server.requests[0].body["tools"]}
    server = site.script(*turns(WRITE, done()), settings=server_table("many"))
    site.run("run", GOAL, "-w", str(site.workspace))
    with_many = {tool["function"]["name"] for tool in server.requests[0].body["tools"]}

    assert with_many - without == {"find_tools", "use_tool"}
    assert not (site.home / "mcp").exists()  # nobody called for a server, so that none was started


def test_a_project_cannot_add_a_server_without_trust(site: McpSite, server_table):
    site.script(*turns(WRITE, done()))
    (site.workspace / "loom.toml").write_text(server_table("honest"))

    said = site.complaint("run", GOAL, "-w", str(site.workspace))

    assert "is not trusted and sets mcp.servers.far.command" in said
    assert not (site.home / "mcp").exists()
