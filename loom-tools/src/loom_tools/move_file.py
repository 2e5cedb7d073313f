"""The tool that moves or renames a file or directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, JsonValue

from loom_core.contracts.tool import Happened, Probe, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import FileChange, FileType, ToolResult
from loom_core.workspace import FileState, Workspace, displayed, moved
from loom_tools.arguments import Arguments, Path
from loom_tools.content import ContentTool
from loom_tools.text import counted


class MoveFileArguments(Arguments):
    """What is to be moved, and where to."""

    source: Path
    destination: Annotated[Path, Field(description="new path")]


@dataclass(frozen=True, slots=True)
class Move:
    """A file or directory that is going to get another path."""

    source: str
    """Relative to the workspace."""
    destination: str
    """Relative to the workspace; nothing is there."""
    files: Sequence[FileState]
    """Every file and directory that is moved, as it is."""
    parents_made: int
    """How many directories above the new path have to be made."""
    seen: Sequence[str] = ()
    """The paths of those that this subtask has read; it has read them under the new path too."""

    @property
    def paths(self) -> Sequence[str]:
        """Where it is, where it goes, and every file of it."""
        return (self.source, self.destination, *(file.path for file in self.files))

    @property
    def preview(self) -> str:
        """Both paths, and how much is moved."""
        count = sum(file.type is FileType.FILE for file in self.files)
        how_many = counted(count, "file")
        return f"move {displayed(self.source)} to {displayed(self.destination)} ({how_many})"

    def facts(self) -> dict[str, JsonValue]:
        """Both paths, and what tells how all was, by the path below the source."""
        return {
            "path": self.destination,
            "source": self.source,
            "files": [
                [file.path[len(self.source) :], file.sha256, file.mode, file.type.value]
                for file in self.files
            ],
            "parents_made": self.parents_made,
            "seen": list(self.seen),
        }

    def made(self, workspace: Workspace) -> ToolResult:
        """Move it, the contents kept for undo."""
        changes = workspace.move(self.source, self.destination, expected=self.files)
        return _result(self, changes)


class MoveFile(ContentTool[MoveFileArguments]):
    """Moves one file or directory to a path that is free; undo puts every file of it back."""

    name = "move_file"
    is_always_offered = True
    purpose = "Move or rename a file or directory."
    arguments_model = MoveFileArguments
    essential = ("source", "destination")
    existing = ("source",)
    timeout_seconds = 60.0

    def path_of(self, arguments: MoveFileArguments) -> str:
        """The source as the model wrote it."""
        return arguments.source

    def planned(self, arguments: MoveFileArguments, context: ToolContext) -> Move:
        """What would be moved. Raises ``ToolFailed`` when the destination is taken."""
        workspace = context.workspace
        if workspace.relative(arguments.source) == ".":
            raise ToolFailed("the workspace itself cannot be moved", ErrorCategory.SAFETY)
        source = workspace.writable(arguments.source)
        destination = _destination(source, arguments.destination, workspace)
        files = workspace.states(source)
        read = context.seen_files
        seen = [file.path for file in files if read.get(file.path) == file.sha256]
        return Move(source, destination, files, workspace.missing_parents(destination), seen)

    def probed(self, facts: Mapping[str, Any], workspace: Workspace) -> Probe:
        """All of it is at the new path, all of it still at the old one, or something else."""
        move = _from_facts(facts)
        old, new = _contents(move.source, workspace), _contents(move.destination, workspace)
        files = _below(move.source, move.files)
        if old is None and new == files:
            return Probe(Happened.DONE, _result(move, _changes(move, workspace)))
        return Probe(Happened.NOT_YET if old == files and new is None else Happened.IN_DOUBT)


def _destination(source: str, written: str, workspace: Workspace) -> str:
    """The new path. Raises ``ToolFailed`` when something is there."""
    if workspace.is_directory(written):
        inside = f"{workspace.relative(written)}/{source.rpartition('/')[2]}".removeprefix("./")
        raise ToolFailed(
            f"{displayed(written)} is a directory; give the whole new path, such as "
            f"{displayed(inside)}",
            ErrorCategory.VALIDATION,
        )
    destination = workspace.writable(written)
    if workspace.exists(destination):
        raise ToolFailed(
            f"{displayed(destination)} exists already and is not replaced; choose another "
            "destination, or delete that file first",
            ErrorCategory.VALIDATION,
        )
    return destination


def _from_facts(facts: Mapping[str, Any]) -> Move:
    """The move that was intended."""
    source = str(facts["source"])
    files = [
        FileState(source + str(below), str(digest), int(mode), FileType(kind))
        for below, digest, mode, kind in facts["files"]
    ]
    seen = [str(path) for path in facts["seen"]]
    return Move(source, str(facts["path"]), files, int(facts["parents_made"]), seen)


def _contents(path: str, workspace: Workspace) -> dict[str, str] | None:
    """What tells all that is at or below a path; None when nothing is there."""
    if not workspace.exists(path):
        return None
    return _below(path, workspace.states(path))


def _below(path: str, files: Sequence[FileState]) -> dict[str, str]:
    """What tells the content of each file, and that a directory is one, by the path below another."""
    return {file.path[len(path) :]: f"{file.type} {file.sha256}" for file in files}


def _changes(move: Move, workspace: Workspace) -> list[FileChange]:
    """The changes that an interrupted call made, as its result would have said them."""
    return moved(
        move.files,
        move.source,
        move.destination,
        blobs=workspace.blobs,
        parents_made=move.parents_made,
    )


def _result(move: Move, changes: Sequence[FileChange]) -> ToolResult:
    """The result of a move."""
    seen: dict[str, JsonValue] = {
        move.destination + file.path[len(move.source) :]: file.sha256
        for file in move.files
        if file.path in move.seen
    }
    return ToolResult(
        text=f"Moved {displayed(move.source)} to {displayed(move.destination)}.",
        changes=tuple(changes),
        facts={"seen": seen},
    )
