"""An editor in front of ``loom acp``: the client of the official SDK over a real process."""

import asyncio
import os
from contextlib import asynccontextmanager

import pytest
from acp import PROTOCOL_VERSION, connect_to_agent, spawn_agent_process
from acp._transport import memory_transport_pair  # the SDK has no public one
from acp.agent.connection import AgentSideConnection
from acp.helpers import text_block
from acp.schema import (
    AcceptElicitationResponse,
    AgentMessageChunk,
    AllowedOutcome,
    ClientCapabilities,
    DeniedOutcome,
    ElicitationCapabilities,
    ElicitationFormCapabilities,
    RequestPermissionResponse,
    ToolCallProgress,
    ToolCallStart,
)
from scenario import LIMIT_SECONDS, LOOM

from loom_acp.agent import LoomAgent
from loom_acp.engine import Engine
from loom_core.cli.session import Session


class Editor:
    """Keeps what the agent tells and asks, and answers as the test says."""

    def __init__(self):
        self.updates = []
        self.asked = []
        self.forms = []
        self.choice = "once"
        """Id of the option that is picked; empty waits until the request is cancelled."""
        self.form = {"other": "blue"}
        self.is_asked = asyncio.Event()
        self.changed = asyncio.Condition()
        self.agent = None

    def on_connect(self, conn):
        self.agent = conn

    async def session_update(self, session_id, update, **_more):
        self.updates.append((session_id, update))
        async with self.changed:
            self.changed.notify_all()

    async def request_permission(self, session_id, tool_call, options, **_more):
        self.asked.append((session_id, tool_call, options))
        self.is_asked.set()
        if not self.choice:
            await asyncio.Event().wait()
        if self.choice == "cancelled":
            return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))
        outcome = AllowedOutcome(outcome="selected", option_id=self.choice)
        return RequestPermissionResponse(outcome=outcome)

    async def create_elicitation(self, message, mode, **_more):
        self.forms.append((message, mode))
        return AcceptElicitationResponse(action="accept", content=self.form)

    async def sees(self, holds):
        """Wait until something that was told makes this true."""
        async with asyncio.timeout(LIMIT_SECONDS), self.changed:
            await self.changed.wait_for(lambda: holds(self))

    def of(self, kind, session_id=None):
        """Updates of one kind, of one session or all."""
        return [
            update
            for origin, update in self.updates
            if isinstance(update, kind) and session_id in {None, origin}
        ]

    def said(self, kind=AgentMessageChunk, session_id=None):
        """The text of all chunks of a kind."""
        return "".join(update.content.text for update in self.of(kind, session_id))

    def calls(self):
        """Calls of tools: id to all that was told of it, in order."""
        told = {}
        for update in self.of(ToolCallStart | ToolCallProgress):
            told.setdefault(update.tool_call_id, []).append(update)
        return told

    async def prompt(self, session_id, text, *more):
        """Say something, and wait for the end of the turn."""
        async with asyncio.timeout(LIMIT_SECONDS):
            blocks = [text_block(text), *more]
            return await self.agent.prompt(session_id=session_id, prompt=blocks)

    async def greet(self, *, has_forms=False):
        """Agree on the protocol."""
        capabilities = ClientCapabilities()
        if has_forms:
            forms = ElicitationCapabilities(form=ElicitationFormCapabilities())
            capabilities = ClientCapabilities(elicitation=forms)
        async with asyncio.timeout(LIMIT_SECONDS):
            self.greeting = await self.agent.initialize(
                protocol_version=PROTOCOL_VERSION, client_capabilities=capabilities
            )


@asynccontextmanager
async def editor_over_pipes(place):
    """An editor in front of a real ``loom acp``, which must end by itself when the editor goes."""
    made = Editor()
    with (place.root / "acp.log").open("ab") as log:
        async with spawn_agent_process(
            made,
            str(LOOM),
            "acp",
            env={**os.environ, **place.environment},
            cwd=place.here,
            transport_kwargs={"shutdown_timeout": LIMIT_SECONDS, "stderr": log.fileno()},
        ) as (_, process):
            await made.greet()
            yield made
    assert process.returncode == 0


@asynccontextmanager
async def editor(place, *, has_forms=False):
    """An editor and the agent over the same protocol, without a process between them."""
    made = Editor()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place.here)
        for name, value in place.environment.items():
            patch.setenv(name, value)
        engine = Engine(Session(), model="", mode=None, is_offline=False)
        agent = LoomAgent(engine)
        here, there = memory_transport_pair()
        serving = AgentSideConnection(agent, here, use_unstable_protocol=True)
        client = connect_to_agent(made, there, use_unstable_protocol=True)
        try:
            await made.greet(has_forms=has_forms)
            yield made
        finally:
            await agent.close()
            await client.close()
            await serving.close()
            await engine.close()
