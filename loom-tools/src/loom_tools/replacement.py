"""A change that gives one file a new content."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from loom_core.contracts.tool import Arguments, Happened, Probe
from loom_core.types import ChangeKind, FileChange, ToolResult
from loom_core.workspace import Workspace
from loom_tools.content import ContentTool


@dataclass(frozen=True, slots=True)
class Replacement:
    """The new content of one file, worked out and not written yet."""

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
    parents_made: int = 0
    """How many directories above it have to be made."""

    @property
    def paths(self) -> Sequence[str]:
        """The file."""
        return (self.path,)

    @property
    def after(self) -> str:
        """SHA-256 of what the file will hold."""
        return hashlib.sha256(self.data).hexdigest()

    def facts(self) -> dict[str, JsonValue]:
        """The hashes before and after, and what else the result says."""
        return {
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "mode": self.mode,
            "text": self.text,
            "parents_made": self.parents_made,
        }

    def made(self, workspace: Workspace) -> ToolResult:
        """Write, unless the file is so already."""
        changes: tuple[FileChange, ...] = ()
        if self.before != self.after:
            changes = (workspace.write(self.path, self.data, expected=self.before),)
        return _result(self.path, self.after, self.text, changes)


class ReplacingTool(ContentTool[Arguments]):
    """A tool whose whole effect is the new content of one file."""

    def probed(self, facts: Mapping[str, Any], workspace: Workspace) -> Probe:
        """The file is as it was before, as it was to be, or something else."""
        path, before, after = str(facts["path"]), str(facts["before"]), str(facts["after"])
        current = workspace.sha256(path)
        if current == after:
            changes = (_change(facts, workspace),) if before != after else ()
            return Probe(Happened.DONE, _result(path, after, str(facts["text"]), changes))
        return Probe(Happened.NOT_YET if current == before else Happened.IN_DOUBT)


def _change(facts: Mapping[str, Any], workspace: Workspace) -> FileChange:
    """The change that an interrupted call made, as its result would have said it."""
    before = str(facts["before"])
    blobs = workspace.blobs
    return FileChange(
        path=str(facts["path"]),
        kind=ChangeKind.MODIFIED if before else ChangeKind.CREATED,
        before=before,
        after=str(facts["after"]),
        mode=int(facts["mode"]),
        mode_after=workspace.permissions(str(facts["path"])),
        parents_made=int(facts["parents_made"]),
        is_recoverable=not before or (blobs is not None and before in blobs),
    )


def _result(path: str, after: str, text: str, changes: tuple[FileChange, ...]) -> ToolResult:
    """The result of a change, which also counts as having seen the file."""
    return ToolResult(text=text, changes=changes, facts={"seen": {path: after}})
