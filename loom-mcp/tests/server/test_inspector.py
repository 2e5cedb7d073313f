"""The MCP Inspector's command line, a client that no one here wrote, drives whole tasks.

It is fetched by ``npx``, which not every machine has; where it cannot be had, nothing is tried. What it
said is kept as files of the test's directory.
"""

import json
import os
import shutil
import subprocess

import pytest
from mcp_site import GOAL, LIMIT_SECONDS, LOOM, SAYS_HI, McpSite

pytestmark = pytest.mark.slow  # programs of Node.js

INSPECTOR = "@modelcontextprotocol/inspector@2.12.0"


@pytest.fixture(scope="module")
def npx():
    """The command that runs the Inspector's command line, once it is there."""
    program = shutil.which("npx")
    if program is None:
        pytest.skip("npx is not installed")
    command = [program, "--yes", "--prefer-offline", "--loglevel=error", INSPECTOR, "--cli"]
    try:
        tried = subprocess.run(
            [*command, "--version"], capture_output=True, timeout=LIMIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("the Inspector cannot be fetched in time")
    if tried.returncode != 0:
        pytest.skip(f"the Inspector cannot be had: {tried.stderr.decode()[-300:]}")
    return command


@pytest.fixture(params=["stdio", "http"])
def inspect(request, npx, site: McpSite):
    """Asks a server for one method, over stdio or HTTP, and gives what it answers."""
    site.script(*SAYS_HI)
    if request.param == "stdio":
        target = [str(LOOM), "mcp-serve", "-w", str(site.workspace)]
        for name, value in site.environment.items():
            target += ["-e", f"{name}={value}"]
    else:
        _, url = site.serve_http()
        target = [url, "--transport", "http", "--header", f"Authorization: Bearer {site.token}"]
    patience = ["--connect-timeout", str(int(LIMIT_SECONDS * 1000))]
    environment = {**os.environ, "MCP_CATALOG_PATH": str(site.root / "catalog.json")}

    def ask(method, *options):
        done = subprocess.run(
            [*npx, *target, *patience, "--method", method, *options],
            capture_output=True,
            timeout=2 * LIMIT_SECONDS,
            env=environment,
            cwd=site.root,
            check=False,
        )
        (site.root / f"{method.replace('/', '-')}.txt").write_bytes(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    return ask


def test_it_runs_a_task_and_reads_its_plan(inspect, site: McpSite):
    goal = ("--tool-name", "loom_execute_task", "--tool-arg", f"goal={GOAL}")
    task = inspect("tools/call", *goal)["structuredContent"]
    plan = inspect("resources/read", "--uri", f"loom://tasks/{task['task_id']}/plan")

    assert task["status"] == "completed"
    assert (site.workspace / "hello.txt").read_text() == "hi\n"
    assert plan["contents"]
