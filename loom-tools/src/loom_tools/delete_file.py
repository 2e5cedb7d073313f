"""The tool that deletes a file or an empty directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from loom_core.contracts.tool import Happened, Probe, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import ChangeKind, FileChange, ToolResult
from loom_core.workspace import Workspace, directory_deleted, displayed
from loom_tools.arguments import Arguments, Path
from loom_tools.content import ContentTool, check_seen
from loom_tools.text import counted


class DeleteFileArguments(Arguments):
    """What is to go."""

    path: Path


@dataclass(frozen=True, slots=True)
class Deletion:
    """A file or an empty directory that is going to be deleted."""

    path: str
    """Relative to the workspace."""
    before: str
    """SHA-256 of the file; empty for a directory."""
    mode: int
    size_bytes: int

    @property
    def paths(self) -> Sequence[str]:
        """What is deleted."""
        return (self.path,)

    @property
    def preview(self) -> str:
        """What is deleted, and how much it is."""
        what = counted(self.size_bytes, "byte") if self.before else "empty directory"
        return f"delete {displayed(self.path)} ({what})"

    def facts(self) -> dict[str, JsonValue]:
        """The hash before, and the mode that undo gives back."""
        return {"path": self.path, "before": self.before, "mode": self.mode}

    def made(self, workspace: Workspace) -> ToolResult:
        """Delete it, its content kept for undo."""
        if not self.before:
            return _result(workspace.delete_directory(self.path))
        return _result(workspace.delete(self.path, expected=self.before))


class DeleteFile(ContentTool[DeleteFileArguments]):
    """Deletes one file, or one directory that is empty.

    Undo brings a file back, so that deleting needs no approval of its own.
    """

    name = "delete_file"
    is_always_offered = True
    purpose = "Delete a file or an empty directory."
    arguments_model = DeleteFileArguments
    essential = ("path",)
    existing = ("path",)

    def path_of(self, arguments: DeleteFileArguments) -> str:
        """The path as the model wrote it."""
        return arguments.path

    def planned(self, arguments: DeleteFileArguments, context: ToolContext) -> Deletion:
        """What would go. Raises ``ToolFailed`` for the root and for a directory with content."""
        workspace = context.workspace
        if workspace.relative(arguments.path) == ".":
            raise ToolFailed("the workspace itself cannot be deleted", ErrorCategory.SAFETY)
        path = workspace.writable(arguments.path)
        if workspace.is_directory(path):
            return _directory(path, workspace)
        state = workspace.states(path)[0]
        check_seen(path, state.sha256, context, must_be_read=False)
        return Deletion(path, state.sha256, state.mode, workspace.size_bytes(path))

    def probed(self, facts: Mapping[str, Any], workspace: Workspace) -> Probe:
        """Gone, still as it was, or something else."""
        path, before = str(facts["path"]), str(facts["before"])
        if not workspace.exists(path):
            return Probe(Happened.DONE, _result(_change(facts, workspace)))
        is_same = workspace.sha256(path) == before if before else workspace.is_directory(path)
        return Probe(Happened.NOT_YET if is_same else Happened.IN_DOUBT)


def _directory(path: str, workspace: Workspace) -> Deletion:
    """A directory that may be deleted: one without anything in it."""
    inside = workspace.listing(path, depth=1, limit=4)
    if inside:
        names = ", ".join(displayed(entry.name) for entry in inside[:3])
        more = " and more" if len(inside) > 3 else ""  # noqa: PLR2004 - as many as are named
        raise ToolFailed(
            f"{displayed(path)} is a directory that holds {names}{more}; "
            "delete or move what is in it first",
            ErrorCategory.VALIDATION,
        )
    return Deletion(path, "", workspace.permissions(path), 0)


def _change(facts: Mapping[str, Any], workspace: Workspace) -> FileChange:
    """The change that an interrupted call made, as its result would have said it."""
    path, before, blobs = str(facts["path"]), str(facts["before"]), workspace.blobs
    if not before:
        return directory_deleted(path, int(facts["mode"]))
    return FileChange(
        path=path,
        kind=ChangeKind.DELETED,
        before=before,
        mode=int(facts["mode"]),
        is_recoverable=blobs is not None and before in blobs,
    )


def _result(change: FileChange) -> ToolResult:
    """The result of a deletion."""
    return ToolResult(text=f"Deleted {displayed(change.path)}.", changes=(change,))
