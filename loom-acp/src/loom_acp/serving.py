"""The agent over stdin and stdout, until the editor goes away."""

import asyncio
from typing import cast

from acp.agent.connection import AgentSideConnection
from acp.interfaces import Agent

from loom_acp.agent import LoomAgent
from loom_acp.engine import Engine
from loom_acp.stdio import take_stdio, transport_over
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.types import ApprovalMode


async def serve(
    session: Session, *, model: str, mode: ApprovalMode | None, is_offline: bool
) -> ExitCode:
    """Answer an editor until stdin ends. Turns that run then are stopped, and journalled as such.

    Stdin and stdout must be no plain files.
    """
    transport = await transport_over(take_stdio())
    engine = Engine(session, model=model, mode=mode, is_offline=is_offline)
    agent = LoomAgent(engine)
    # The SDK still calls session/resume and session/close unstable, which the protocol has in it.
    connection = AgentSideConnection(
        cast("Agent", agent), transport, listening=False, use_unstable_protocol=True
    )
    try:
        await connection.listen()
    finally:
        await asyncio.shield(_close(agent, connection, engine))
    return ExitCode.COMPLETED


async def _close(agent: LoomAgent, connection: AgentSideConnection, engine: Engine) -> None:
    """Stop what runs, then take away what it needs."""
    await agent.close()
    await connection.close()
    await engine.close()
