"""What the tools that change one file share: seen first, planned whole, provable after a crash."""

import asyncio
import hashlib
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from loom_core.contracts.tool import (
    Arguments,
    Happened,
    Intent,
    Probe,
    RecoveryClass,
    Risk,
    Tool,
    ToolContext,
)
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import ChangeKind, FileChange, ToolResult
from loom_core.workspace import displayed, holds_secrets
from loom_tools.failures import explained


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change of one file, worked out and not made yet."""

    path: str
    """Relative to the workspace."""
    before: str
    """SHA-256 of what is there; empty when nothing is."""
    data: bytes
    """What the file will hold."""
    mode: int
    """Permission bits of what is there; 0 when nothing is."""
    text: str
    """What the model reads when it is done."""
    preview: str
    """What a person reads before approving it."""

    @property
    def after(self) -> str:
        """SHA-256 of what the file will hold."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def is_needed(self) -> bool:
        """Whether the file is not already so."""
        return self.before != self.after

    def facts(self) -> dict[str, JsonValue]:
        """What a probe needs to tell whether it happened, and to say so in the same words."""
        return {
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "mode": self.mode,
            "text": self.text,
        }


class ContentTool(Tool[Arguments]):
    """A tool whose whole effect is the new content of one file."""

    risk = Risk.WRITE
    recovery = RecoveryClass.CONTENT

    @abstractmethod
    def planned(self, arguments: Arguments, context: ToolContext) -> PlannedChange:
        """The change that these arguments mean now; changes nothing.

        Raises what ``explained`` understands, and ``ToolFailed``.
        """

    @abstractmethod
    def path_of(self, arguments: Arguments) -> str:
        """The path as the model wrote it."""

    async def intend(self, arguments: Arguments, context: ToolContext) -> Intent:
        """The diff, and the hashes before and after. Raises ``ToolFailed`` when it cannot be."""
        change = await asyncio.to_thread(self._planned, arguments, context)
        secret = holds_secrets(change.path)
        return Intent(
            preview=change.preview,
            is_gated=secret,
            reason=f"{displayed(change.path)} usually holds secrets" if secret else "",
            facts=change.facts(),
        )

    async def run(self, arguments: Arguments, context: ToolContext) -> ToolResult:
        """Make the change."""
        return await asyncio.to_thread(self._made, arguments, context)

    async def probe(
        self, arguments: Arguments, facts: dict[str, Any], context: ToolContext
    ) -> Probe:
        """Compare the file with the hashes of the intent."""
        return await asyncio.to_thread(_probed, facts, context)

    def _planned(self, arguments: Arguments, context: ToolContext) -> PlannedChange:
        """The change, with every failure in words for the model."""
        with explained(self.path_of(arguments), context.workspace):
            return self.planned(arguments, context)

    def _made(self, arguments: Arguments, context: ToolContext) -> ToolResult:
        """Plan again, on the file as it is now, and write."""
        change = self._planned(arguments, context)
        changes: tuple[FileChange, ...] = ()
        if change.is_needed:
            with explained(change.path, context.workspace):
                changes = (context.workspace.write(change.path, change.data),)
        return _result(change.path, change.after, change.text, changes)


def check_seen(path: str, current: str, context: ToolContext) -> None:
    """Refuse to change a file that this subtask has not read, or that changed since it did.

    Args:
        path: relative to the workspace.
        current: SHA-256 of what the file holds now.
        context: knows what was seen.
    """
    seen = context.seen_files.get(path)
    if seen is None:
        raise ToolFailed(
            f"{displayed(path)} already exists and you have not read it; "
            "call read_file on it first, then try again",
            ErrorCategory.VALIDATION,
        )
    if seen != current:
        raise ToolFailed(
            f"{displayed(path)} was changed by somebody else since you read it; "
            "call read_file on it again, then try again",
            ErrorCategory.VALIDATION,
        )


def _probed(facts: dict[str, Any], context: ToolContext) -> Probe:
    """What the file tells about an interrupted call."""
    path, before, after = str(facts["path"]), str(facts["before"]), str(facts["after"])
    with explained(path, context.workspace):
        current = context.workspace.sha256(path)
    if current == after:
        changes = (_change(facts, context),) if before != after else ()
        return Probe(Happened.DONE, _result(path, after, str(facts["text"]), changes))
    return Probe(Happened.NOT_YET if current == before else Happened.IN_DOUBT)


def _change(facts: dict[str, Any], context: ToolContext) -> FileChange:
    """The change that an interrupted call made, as its result would have said it."""
    before = str(facts["before"])
    blobs = context.workspace.blobs
    return FileChange(
        path=str(facts["path"]),
        kind=ChangeKind.MODIFIED if before else ChangeKind.CREATED,
        before=before,
        after=str(facts["after"]),
        mode=int(facts["mode"]),
        is_recoverable=not before or (blobs is not None and before in blobs),
    )


def _result(path: str, after: str, text: str, changes: tuple[FileChange, ...]) -> ToolResult:
    """The result of a change, which also counts as having seen the file."""
    return ToolResult(text=text, changes=changes, facts={"seen": {path: after}})
