"""Servers that are real: one over HTTP made with the SDK, and one that nobody here wrote."""

import sys

import pytest
from mcp_site import McpSite, wait_until
from test_using import FIND, results, run, use

from loom_core.testing import Reply

_SDK_SERVER = '''
import sys
from mcp.server import MCPServer

server = MCPServer("words")

@server.tool()
def count_words(text: str) -> dict[str, int]:
    """Count the words of a text."""
    return {"words": len(text.split())}

server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
'''


@pytest.mark.slow
def test_a_server_from_the_index_is_used_by_a_task(site: McpSite, server_table):
    table = server_table(
        "", name="time", args=["-m", "mcp_server_time"], risk="read", is_local=True
    )
    events = run(
        site,
        Reply.calling("find_tools", words="convert a time between timezones"),
        use(
            "time.convert_time",
            source_timezone="Asia/Tokyo",
            time="12:00",
            target_timezone="Asia/Kolkata",
        ),
        settings=table,
    )

    [found] = results(events, "find_tools")
    [used] = results(events)
    assert "time.convert_time" in found["text"]
    assert "time.get_current_time" in found["text"]
    assert "T08:30:00+05:30" in used["text"], used
    assert events[-1]["state"] == "completed"


@pytest.mark.slow
def test_a_server_over_http_is_used_by_a_task(site: McpSite, server_table, unused_port):
    script = site.root / "server.py"
    script.write_text(_SDK_SERVER)
    site.launch(sys.executable, str(script), str(unused_port))
    url = f"http://127.0.0.1:{unused_port}/mcp"
    table = f'[mcp.servers.words]\nurl = "{url}"\nrisk = "read"\nis_local = true\n'
    wait_until(lambda: "running on" in site.said(), "the server listens")
    events = run(site, FIND, use("words.count_words", text="one two three"), settings=table)

    assert '"words": 3' in results(events)[0]["text"]
    assert events[-1]["state"] == "completed"
