"""Servers that hang, die, flood, lie and change: a task hears of it and goes on."""

import json
import time

import pytest
from mcp_site import LIMIT_SECONDS, McpSite
from test_using import results, run, use

FAST = {
    "risk": "read",
    "is_local": True,
    "start_timeout_seconds": 10.0,
    "timeout_seconds": 2.0,
}


@pytest.mark.parametrize(
    ("way", "words", "category"),
    [
        ("hangs", "did not end echo within 2 s and was stopped", "timeout"),
        ("dies", "it ended; it said: out of luck", "runtime"),
        ("floods", "it sent more than", "runtime"),
        ("huge", "it sent a message of more than", "runtime"),
        ("garbage", "does not follow the protocol", "runtime"),
        ("crooked", "does not follow the protocol", "runtime"),
    ],
)
def test_a_bad_call_is_an_error_and_the_task_goes_on(
    site: McpSite, server_table, way, words, category
):
    begun = time.monotonic()
    limit = {"timeout_seconds": 2.0 if way == "hangs" else 30.0}
    events = run(site, use("far.echo", text="x"), settings=server_table(way, **{**FAST, **limit}))

    result = results(events)[0]
    assert result["is_error"]
    assert words in result["text"]
    assert result["category"] == category
    assert events[-1]["state"] == "completed"
    assert time.monotonic() - begun < LIMIT_SECONDS


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"start_timeout_seconds": 1.0}, "did not start within 1 s"),
        ({"command": "/nothing/there", "args": []}, "No such file"),
        ({"command": "/bin/false", "args": []}, "it ended"),
    ],
)
def test_a_server_that_does_not_start_is_said(site: McpSite, server_table, settings, words):
    table = server_table("mute", **{**FAST, **settings})
    events = run(site, use("far.echo", text="x"), settings=table)

    result = results(events)[0]
    assert result["is_error"]
    assert words in result["text"], result
    assert events[-1]["state"] == "completed"


def test_schemas_that_lie_are_left_out_and_no_other_tool_is(site: McpSite, server_table):
    site.script(settings=server_table("lies", **FAST))
    [listed] = json.loads(site.run("mcp", "list", "--json"))
    events = run(site, use("far.echo", text="x"), settings=server_table("lies", **FAST))

    states = {tool["name"]: tool["state"] for tool in listed["tools"]}
    assert states.pop("far.echo") == "usable"
    assert set(states.values()) == {"unusable"}
    assert len(states) == 4
    assert not results(events)[0]["is_error"]  # its output schema asks for what it never gives


def test_wrong_arguments_do_not_reach_the_server(site: McpSite, server_table):
    events = run(
        site,
        use("far.echo"),
        use("far.echo", text=7),
        use("far.echo", text="x", more=1),
        use("far.eco", text="x"),
        use("near.echo", text="x"),
        settings=server_table("honest", **FAST),
    )

    texts = [one["text"] for one in results(events)]
    assert "text is missing" in texts[0]
    assert "text must be string" in texts[1]
    assert "there is no argument more" in texts[2]
    assert "did you mean 'echo'" in texts[3]
    assert "there is no tool 'near.echo'" in texts[4]


def test_much_is_cut(site: McpSite, server_table):
    events = run(site, use("far.echo", text="much"), settings=server_table("honest", **FAST))

    result = results(events)[0]
    assert len(result["text"]) < 31_000
    assert "characters more, which were cut off" in result["text"]


def test_only_allowed_tools_of_an_enabled_server_are_used(site: McpSite, server_table):
    allowed = server_table("honest", tools=["pid"], **FAST)
    off = server_table("honest", name="off", enabled=False)
    events = run(site, use("far.echo", text="x"), use("off.echo", text="x"), settings=allowed + off)

    assert all(one["is_error"] for one in results(events))


def test_offline_uses_only_what_stays_here(site: McpSite, server_table):
    fast = {**FAST, "is_local": False}
    site.script(settings=server_table("honest", **fast))

    [listed] = json.loads(site.run("mcp", "list", "--offline", "--json"))

    assert "forbidden now (offline)" in listed["problem"]
    assert not (site.home / "mcp").exists()


def test_a_changed_description_is_refused_until_the_user_accepts_it(site: McpSite, server_table):
    table = server_table("poisons", **FAST)
    first = results(run(site, use("far.echo", text="x"), settings=table))
    changed = results(run(site, use("far.echo", text="x"), use("far.pid"), settings=table))
    # Each start changes it once more, so that what is accepted must be what is there now.
    (site.home / "mcp" / "far" / "starts").write_text("1")
    shown = site.run("mcp", "accept", "far", "--yes")
    (site.home / "mcp" / "far" / "starts").write_text("1")
    accepted = results(run(site, use("far.echo", text="x"), settings=table))

    assert not first[0]["is_error"]
    assert changed[0]["category"] == "safety"
    assert "loom mcp accept far" in changed[0]["text"]
    assert not changed[1]["is_error"]
    assert "-Repeat a text, version 1" in shown
    assert "+Repeat a text, version 2" in shown
    assert "accepted: far.echo" in shown
    assert not accepted[0]["is_error"]


def test_pins_that_cannot_be_read_pin_nothing_anew(site: McpSite, server_table):
    (site.home / "mcp").mkdir()
    (site.home / "mcp" / "far.json").write_text("{broken")
    events = run(site, use("far.echo", text="x"), settings=server_table("honest", **FAST))

    assert "cannot be read" in results(events)[0]["text"]
    assert (site.home / "mcp" / "far.json").read_text() == "{broken"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "needs a command or a url"),
        ('command = "x"\nurl = "https://h/mcp"\n', "needs a command or a url"),
        ('url = "http://far.example/mcp"\n', "not encrypted"),
        ('url = "file:///etc/passwd"\n', "url that is none"),
        ('command = "x"\nheaders = { A = "b" }\n', "has headers"),
        ('url = "https://h/mcp"\nargs = ["a"]\n', "has args"),
    ],
)
def test_a_table_that_names_no_server_is_refused(site: McpSite, table, words):
    site.script(settings=f"[mcp.servers.far]\n{table}")

    assert words in site.complaint("run", "Do it", "-w", str(site.workspace))
