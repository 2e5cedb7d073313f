"""Updates on their way to the editor: in order, and pieces of text together when it is slow."""

import asyncio
from collections import deque

from acp.helpers import text_block
from acp.interfaces import Client
from acp.schema import (
    AgentMessageChunk,
    AgentPlanUpdate,
    AgentThoughtChunk,
    AvailableCommandsUpdate,
    ConfigOptionUpdate,
    CurrentModeUpdate,
    SessionInfoUpdate,
    TextContentBlock,
    ToolCallProgress,
    ToolCallStart,
    UsageUpdate,
    UserMessageChunk,
)

SessionUpdate = (
    UserMessageChunk
    | AgentMessageChunk
    | AgentThoughtChunk
    | ToolCallStart
    | ToolCallProgress
    | AgentPlanUpdate
    | AvailableCommandsUpdate
    | CurrentModeUpdate
    | ConfigOptionUpdate
    | SessionInfoUpdate
    | UsageUpdate
)
"""What this agent tells of a session."""

MAX_CHUNK_CHARACTERS = 16_000


class Outbox:
    """Sends the updates of one session, one after another."""

    def __init__(self, client: Client, session_id: str) -> None:
        """Send to this editor; nothing is sent before something is put in."""
        self._client = client
        self._session_id = session_id
        self._waiting: deque[SessionUpdate] = deque()
        self._sender: asyncio.Task[None] | None = None

    def put(self, update: SessionUpdate) -> None:
        """Send this after everything that was put in before; must be called on the event loop."""
        last = self._waiting[-1] if self._waiting else None
        joined = _joined(last, update) if last is not None else None
        if joined is not None:
            self._waiting[-1] = joined
            return
        self._waiting.append(update)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send(), name=f"acp-out-{self._session_id}")

    async def flush(self) -> None:
        """Wait until everything was sent. Raises ``ConnectionError`` when the editor has gone."""
        if self._sender is not None:
            await asyncio.shield(self._sender)

    async def close(self) -> None:
        """Send nothing more."""
        self._waiting.clear()
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)

    async def _send(self) -> None:
        """Send what waits, and what comes to wait meanwhile."""
        while self._waiting:
            update = self._waiting.popleft()
            await self._client.session_update(session_id=self._session_id, update=update)


def _joined(last: SessionUpdate, update: SessionUpdate) -> SessionUpdate | None:
    """Two pieces of one text as one; None when they are none, or would be long."""
    if isinstance(last, AgentMessageChunk) and isinstance(update, AgentMessageChunk):
        text = _text_of(last.content, update.content)
        return last.model_copy(update={"content": text_block(text)}) if text else None
    if isinstance(last, AgentThoughtChunk) and isinstance(update, AgentThoughtChunk):
        text = _text_of(last.content, update.content)
        return last.model_copy(update={"content": text_block(text)}) if text else None
    return None


def _text_of(first: object, second: object) -> str:
    """Both texts; empty when they are no texts or too long together."""
    if not isinstance(first, TextContentBlock) or not isinstance(second, TextContentBlock):
        return ""
    text = first.text + second.text
    return text if len(text) <= MAX_CHUNK_CHARACTERS else ""
