"""The approval of one tool call: whether it needs one, what is asked, and what a yes is bound to."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel

from loom_core.contracts.context import PendingCall
from loom_core.contracts.tool import Intent, Risk, Tool
from loom_core.sandbox import Sandbox
from loom_core.types import Decision

Approve = Callable[[PendingCall], Awaitable[Decision]]
"""Decides on a call that does more than read, or is gated."""
Gate = Callable[[Intent], str]
"""Says why Loom gates a call, whatever its tool says of itself; empty when it does not."""


class Consent:
    """What has to be agreed before a call of a tool runs."""

    def __init__(self, tool: Tool[Any], sandbox: Sandbox, approve: Approve, gate: Gate) -> None:
        """Bind it to the tool, to where its commands run, and to whoever decides."""
        self._tool = tool
        self._sandbox = sandbox
        self._approve = approve
        self._gate = gate

    async def ask(self, valid: BaseModel, intent: Intent) -> Decision:
        """Ask for approval of exactly this call, unless it only reads."""
        if self.is_needless(intent):
            return Decision(approved=True)
        arguments, digest = valid.model_dump(mode="json"), self._digest(valid, intent)
        reason = self._reason(intent)
        call = PendingCall(self._tool.name, arguments, self._tool.risk, intent, digest, reason)
        return await self._approve(call)

    def is_needless(self, intent: Intent) -> bool:
        """Whether the call only reads, and nothing that is gated."""
        return self._tool.risk is Risk.READ and not self._reason(intent)

    def covers(self, valid: BaseModel, now: Intent, approved: Intent) -> bool:
        """Whether what was approved is what the call would do now."""
        return self._digest(valid, now) == self._digest(valid, approved)

    def _reason(self, intent: Intent) -> str:
        """Why somebody has to say yes, by the tool and by Loom; empty when nothing gates it."""
        by_tool = (intent.reason or "it cannot be undone") if intent.is_gated else ""
        return "; ".join(reason for reason in (by_tool, self._gate(intent)) if reason)

    def _digest(self, valid: BaseModel, intent: Intent) -> str:
        """SHA-256 that binds an approval to one call, to why it asks, and to what it may reach."""
        arguments = valid.model_dump(mode="json")
        sandbox = self._sandbox
        hosts = sandbox.allowed_hosts if sandbox else ()  # all of them: the reason names a few
        shown = [intent.preview, intent.facts, intent.target, self._reason(intent)]
        said = json.dumps([self._tool.name, arguments, *shown, [*hosts]], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()
