"""A real server on a free port, over a real engine and a real database, with a scripted model."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from loom_core.settings.shape import MemorySettings, ModelSettings, ServerSettings, Settings
from loom_core.testing import Reply, Rule, Script, ScriptedModel
from loom_server.serving.address import listen
from loom_server.serving.engine import engine_for
from loom_server.serving.server import Server

LIMIT_SECONDS = 60.0
"""The longest that a test waits for anything; far more than it takes on a busy machine."""
GOAL = "Create hello.txt that says hi in this folder"
TERMINAL = {"completed", "failed", "cancelled"}


def write(path: str, content: str) -> Reply:
    """A reply that writes a file."""
    return Reply.calling("write_file", path=path, content=content)


def shell(command: str) -> Reply:
    """A reply that runs a command."""
    return Reply.calling("shell_execute", command=command)


def done(summary: str = "did it") -> Reply:
    """A reply that claims to be done."""
    return Reply.calling("complete", summary=summary)


def turns(*replies: Reply, **conditions: str) -> tuple[Rule, ...]:
    """Rules that answer the n-th call of a conversation with the n-th reply."""
    return tuple(Rule(turn=turn, reply=reply, **conditions) for turn, reply in enumerate(replies))


SAYS_HI = turns(write("hello.txt", "hi\n"), done())
"""Reaches ``GOAL``."""
ENDLESS_GOAL = f"{GOAL}, slowly"
SAYS_HI_OR_NOTHING = (Rule(first_user="slowly", reply=Reply(delay_seconds=3600)), *SAYS_HI)
"""Reaches ``GOAL``, and never answers ``ENDLESS_GOAL``."""


@dataclass
class Site:
    """A home, a workspace and a server of one test."""

    root: Path
    script: Script = field(default_factory=lambda: Script(rules=SAYS_HI))
    delay_seconds: float = 0.0
    models: list[ScriptedModel] = field(default_factory=list)
    server: ServerSettings = field(default_factory=ServerSettings)
    more: dict[str, Any] = field(default_factory=dict)
    stop: Callable[[], None] = field(default=lambda: None)
    """Stops the server that runs."""

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def workspace(self) -> Path:
        path = self.root / "workspace"
        path.mkdir(exist_ok=True)
        return path

    @property
    def token(self) -> str:
        return (self.home / "run" / "token").read_text().strip()

    @property
    def settings(self) -> Settings:
        return Settings(
            models={"scripted": ModelSettings(provider="scripted", model="m")},
            memory=MemorySettings(database_path=self.home / "loom.db"),
            server=self.server,
            **self.more,
        )

    def provider(self, settings: ModelSettings, environment: Any) -> ScriptedModel:
        model = ScriptedModel(
            self.script,
            delay_seconds=self.delay_seconds,
            settings=settings,
            environment=environment,
        )
        self.models.append(model)
        return model

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator["Client"]:
        """A server while inside, and a client that has its token."""
        self.home.mkdir(exist_ok=True)
        started = asyncio.Event()
        links: list[str] = []

        def greet(link: str) -> None:
            links.append(link)
            started.set()

        settings = self.settings.model_copy(
            update={"server": self.server.model_copy(update={"port": 0})}
        )
        address = listen(settings.server, is_network_allowed=False)
        server = Server(
            settings,
            address,
            home=self.home,
            build_loom=lambda: engine_for(settings, self.home),
            greet=greet,
        )
        self.stop = server.stop
        running = asyncio.create_task(server.run())
        waiting = asyncio.create_task(started.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        try:
            headers = {"Authorization": f"Bearer {self.token}"}
            async with httpx2.AsyncClient(
                base_url=address.url, headers=headers, timeout=LIMIT_SECONDS
            ) as http:
                yield Client(http, address.url, links[0])
        finally:
            server.stop()
            async with asyncio.timeout(LIMIT_SECONDS):
                await running


@dataclass
class Client:
    """What a test does over HTTP."""

    http: httpx2.AsyncClient
    url: str
    link: str

    async def create(self, workspace: Path, goal: str = GOAL, **more: Any) -> dict[str, Any]:
        body = {"goal": goal, "workspace": str(workspace), **more}
        answer = await self.http.post("/tasks", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def events(self, task_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The events of a stream that ends by itself."""
        found: list[dict[str, Any]] = []
        headers = {"Last-Event-ID": str(after)} if after else {}
        async with (
            asyncio.timeout(LIMIT_SECONDS),
            self.http.sse(f"/tasks/{task_id}/stream", headers=headers) as stream,
        ):
            async for message in stream:
                event = json.loads(message.data)
                assert (message.id, message.event) == (str(event["sequence"]), event["type"])
                found.append(event)
        return found

    async def live(self, task_id: str) -> AsyncGenerator[dict[str, Any]]:
        """The events of a task as they come, until it has ended."""
        async with (
            asyncio.timeout(LIMIT_SECONDS),
            self.http.sse(f"/tasks/{task_id}/stream") as stream,
        ):
            async for message in stream:
                yield json.loads(message.data)

    async def until(
        self, task_id: str, is_so: Callable[[dict[str, Any]], bool], after: int = 0
    ) -> dict[str, Any]:
        """The first event that is so."""
        headers = {"Last-Event-ID": str(after)} if after else {}
        async with (
            asyncio.timeout(LIMIT_SECONDS),
            self.http.sse(f"/tasks/{task_id}/stream", headers=headers) as stream,
        ):
            async for message in stream:
                event = json.loads(message.data)
                if is_so(event):
                    return event
        raise AssertionError("the stream ended before that")

    async def type(self, task_id: str, kind: str, after: int = 0) -> dict[str, Any]:
        """The first event of a type."""
        return await self.until(task_id, lambda event: event["type"] == kind, after)

    async def finished(self, task_id: str) -> dict[str, Any]:
        """A task once it has ended."""
        await self.events(task_id)
        task = await self.get(f"/tasks/{task_id}")
        assert task["state"] in TERMINAL
        return task
