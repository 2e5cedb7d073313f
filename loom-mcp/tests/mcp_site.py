"""A home, a workspace and a scripted model of one test, and ``loom mcp-serve`` driven by the SDK's client."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from loom_core.app import Loom
from loom_core.cli.main import main
from loom_core.settings import load_settings
from loom_core.testing import Reply, Rule, Script, ScriptedServer
from loom_mcp.server.house import House
from loom_mcp.server.leaving import Leaving
from loom_mcp.server.protocol import make_server
from loom_mcp.server.rules import Rules

LOOM = Path(sys.executable).with_name("loom")
LIMIT_SECONDS = 60.0
"""The longest that a test waits for anything; far more than it takes on a busy machine."""
GOAL = "Create hello.txt that says hi in this folder"
_WRITTEN_ANEW = Rule(
    anywhere="Requirements for the file hello.txt", reply=Reply(text="```\nhi\n```")
)


def done(summary: str = "did it") -> Reply:
    """A reply that claims to be done."""
    return Reply.calling("complete", summary=summary)


def turns(*replies: Reply) -> tuple[Rule, ...]:
    """Rules that answer the n-th call of a conversation with the n-th reply."""
    return tuple(Rule(turn=turn, reply=reply) for turn, reply in enumerate(replies))


SAYS_HI = turns(Reply.calling("write_file", path="hello.txt", content="hi\n"), done())
"""Reaches ``GOAL``."""


@dataclass
class McpSite:
    """Where ``loom`` runs."""

    root: Path
    stack: ExitStack
    errors: Path = field(init=False)

    def __post_init__(self) -> None:
        for directory in (self.home, self.workspace):
            directory.mkdir()
        self.errors = self.root / "stderr"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def workspace(self) -> Path:
        return self.root / "workspace"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LOOM_HOME": str(self.home),
            "HOME": str(self.root),
            "PATH": os.environ["PATH"],
            "OLLAMA_HOST": "127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
        }

    def script(self, *rules: Rule, settings: str = "") -> ScriptedServer:
        """Make a scripted server the only model."""
        script = Script(rules=(_WRITTEN_ANEW, *rules))
        server = self.stack.enter_context(ScriptedServer(script))
        model = f'provider = "openai_compatible"\nmodel = "scripted"\nbase_url = "{server.url}"\n'
        (self.home / "loom.toml").write_text(f"{settings}\n[models.small]\n{model}")
        return server

    def start(self, *arguments: str, **how: Any) -> "subprocess.Popen[bytes]":
        """Call ``loom`` in a process of its own, which ends with the test at the latest."""
        return self.launch(str(LOOM), *arguments, **how)

    def launch(self, *command: str, **how: Any) -> "subprocess.Popen[bytes]":
        """Start a program in the workspace, which ends with the test at the latest."""
        with self.errors.open("ab") as errors:
            process = subprocess.Popen(
                command,
                cwd=self.workspace,
                env=self.environment,
                stderr=errors,
                **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **how},
            )
        self.stack.callback(_end, process)
        return process

    def run(self, *arguments: str) -> str:
        """Call ``loom`` in this process, and give what it writes."""
        return self._outputs(*arguments)[0]

    def complaint(self, *arguments: str) -> str:
        """Call ``loom`` in this process, and give what it writes to stderr."""
        return self._outputs(*arguments)[1]

    def _outputs(self, *arguments: str) -> tuple[str, str]:
        """Call ``loom`` in this process."""
        runner = CliRunner(env={"COLUMNS": "120", **self.environment})
        with pytest.MonkeyPatch.context() as patch, runner.isolation() as (stdout, stderr, _):
            patch.chdir(self.workspace)
            with pytest.raises(SystemExit):
                main([*arguments])
        return stdout.getvalue().decode(), stderr.getvalue().decode()

    async def call(self, *arguments: str) -> str:
        """``run`` for tests that are on an event loop."""
        return await asyncio.to_thread(self.run, *arguments)

    @asynccontextmanager
    async def near(self, *, client_may_approve: bool = False, **how: Any) -> AsyncGenerator[Client]:
        """A client of a server in this process, over a real engine and a real database."""
        loaded = load_settings(cwd=self.workspace, home=self.home, environ={})
        rules = Rules((self.workspace.resolve(),), client_may_approve=client_may_approve)
        async with Loom.build(loaded.settings, home=self.home) as loom:
            house = House(loom)
            try:
                async with Client(make_server(house, rules, Leaving()), **how) as client:
                    yield client
            finally:
                await house.close()

    @asynccontextmanager
    async def stdio(self, *options: str, **how: Any) -> AsyncGenerator[Client]:
        """A client of a server over stdin and stdout."""
        server = StdioServerParameters(
            command=str(LOOM),
            args=["mcp-serve", "-w", str(self.workspace), *options],
            env=self.environment,
            cwd=self.root,
        )
        async with Client(server, **how) as client:
            yield client

    def serve_http(self, *options: str) -> "tuple[subprocess.Popen[bytes], str]":
        """A server over HTTP, and its address."""
        process = self.start(
            *("mcp-serve", "--http", "--port", "0", "-w", str(self.workspace)), *options
        )
        wait_until(lambda: "token " in self.said(), "the server listens")
        return process, self.said().split("loom serves MCP at ")[1].split()[0]

    @property
    def token(self) -> str:
        return (self.home / "run" / "token").read_text().strip()

    @asynccontextmanager
    async def http(self, url: str, **how: Any) -> AsyncGenerator[Client]:
        """A client over HTTP that has the token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=LIMIT_SECONDS) as web,
            Client(streamable_http_client(url, http_client=web), **how) as client,
        ):
            yield client

    def said(self) -> str:
        """What every process wrote to stderr so far."""
        return self.errors.read_text()

    def state(self, task_id: str = "last") -> str:
        """The state of a task in the database."""
        return json.loads(self.run("status", task_id, "--json"))["state"]


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fails with ``what`` after the limit."""
    end = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < end, f"{what} within {LIMIT_SECONDS:g} s"
        time.sleep(0.02)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process that still runs, and let go of its pipes."""
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


async def tasks_of(client: Client) -> list[dict[str, Any]]:
    """The tasks that a client sees."""
    return (await client.call_tool("loom_list_tasks", {})).structured_content["tasks"]


async def until_cancelled(client: Client) -> None:
    """Wait until the newest task is cancelled."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while (await tasks_of(client))[0]["status"] != "cancelled":  # noqa: ASYNC110 - over a protocol
            await asyncio.sleep(0.05)
