"""What the tools that change files share: planned whole, seen first, provable after a crash."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pydantic import JsonValue

from loom_core.contracts.tool import (
    Arguments,
    Intent,
    Probe,
    RecoveryClass,
    Risk,
    Tool,
    ToolContext,
)
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import ToolResult
from loom_core.workspace import Workspace, displayed, holds_secrets
from loom_tools.failures import explained


class PlannedChange(Protocol):
    """A change of the workspace, worked out and not made yet."""

    @property
    def paths(self) -> Sequence[str]:
        """What it touches, relative to the workspace; the first one is its subject."""
        ...

    @property
    def preview(self) -> str:
        """What a person reads before approving it."""
        ...

    def facts(self) -> dict[str, JsonValue]:
        """What a probe needs to tell whether it happened, and to say so in the same words."""
        ...

    def made(self, workspace: Workspace) -> ToolResult:
        """Make it, unless the files are not as they were when it was planned."""
        ...


class ContentTool(Tool[Arguments]):
    """A tool whose whole effect is a change of files whose content before and after is known."""

    risk = Risk.WRITE
    recovery = RecoveryClass.CONTENT
    target_argument = "path"
    timeout_seconds = 30.0

    @abstractmethod
    def planned(self, arguments: Arguments, context: ToolContext) -> PlannedChange:
        """The change that these arguments mean now; changes nothing.

        Raises what ``explained`` understands, and ``ToolFailed``.
        """

    @abstractmethod
    def path_of(self, arguments: Arguments) -> str:
        """The path that matters most, as the model wrote it."""

    @abstractmethod
    def probed(self, facts: Mapping[str, Any], workspace: Workspace) -> Probe:
        """What the files tell about an interrupted call with these facts."""

    async def intend(self, arguments: Arguments, context: ToolContext) -> Intent:
        """The preview, and what a probe needs. Raises ``ToolFailed`` when it cannot be."""
        change = await asyncio.to_thread(self._planned, arguments, context)
        reason = _reason(change, context.workspace)
        return Intent(
            preview=change.preview, is_gated=bool(reason), reason=reason, facts=change.facts()
        )

    async def run(self, arguments: Arguments, context: ToolContext) -> ToolResult:
        """Make the change."""
        return await asyncio.to_thread(self._made, arguments, context)

    async def probe(
        self, arguments: Arguments, facts: dict[str, Any], context: ToolContext
    ) -> Probe:
        """Compare the files with the hashes of the intent."""
        return await asyncio.to_thread(self._probed, arguments, facts, context)

    def _planned(self, arguments: Arguments, context: ToolContext) -> PlannedChange:
        """The change, with every failure in words for the model."""
        with explained(self.path_of(arguments), context.workspace):
            return self.planned(arguments, context)

    def _made(self, arguments: Arguments, context: ToolContext) -> ToolResult:
        """Plan again, on the files as they are now, and make it."""
        with explained(self.path_of(arguments), context.workspace):
            return self.planned(arguments, context).made(context.workspace)

    def _probed(self, arguments: Arguments, facts: dict[str, Any], context: ToolContext) -> Probe:
        """Ask the files, with every failure in words."""
        with explained(self.path_of(arguments), context.workspace):
            return self.probed(facts, context.workspace)


def check_seen(path: str, current: str, context: ToolContext, *, must_be_read: bool = True) -> None:
    """Refuse to change a file that this subtask has not read, or that changed since it did.

    Args:
        path: relative to the workspace.
        current: SHA-256 of what the file holds now.
        context: knows what was seen.
        must_be_read: False allows a file that was never read, but not one that changed since.
    """
    seen = context.seen_files.get(path)
    if seen is None and must_be_read:
        raise ToolFailed(
            f"{displayed(path)} already exists and you have not read it; "
            "call read_file on it first, then try again",
            ErrorCategory.VALIDATION,
        )
    if seen is not None and seen != current:
        raise ToolFailed(
            f"{displayed(path)} was changed by somebody else since you read it; "
            "call read_file on it again, then try again",
            ErrorCategory.VALIDATION,
        )


def _reason(change: PlannedChange, workspace: Workspace) -> str:
    """Why a change needs an approval; empty when it does not, since undo can take it back."""
    if workspace.blobs is None:
        return "what is there is not kept, so that undo could not bring it back"
    secret = next((path for path in change.paths if holds_secrets(path)), "")
    return f"{displayed(secret)} usually holds secrets" if secret else ""
