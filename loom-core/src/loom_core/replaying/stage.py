"""The workspace of a replay: a copy in which recorded changes are made, and nothing else happens."""

from collections.abc import Iterable
from pathlib import Path

from loom_core.events import AttemptRolledBack, EventBody, StepInDoubt, ToolCallFinished
from loom_core.types import FileChange, FileType
from loom_core.workspace import BlobStore


class Stage:
    """A directory of its own, with the contents that are known by their hash."""

    def __init__(self, root: Path, blobs: BlobStore) -> None:
        """Work in a directory, and with a store of contents, that nobody else has."""
        self.root = root
        self.blobs = blobs

    def know(self, data: bytes) -> str:
        """Keep a content that may be asked for by its hash, which is given."""
        return self.blobs.put(data, is_durable=False)

    def known(self, digest: str) -> bytes | None:
        """The content of a hash; None when it is not known."""
        try:
            return self.blobs.get(digest)
        except KeyError:
            return None

    def content(self, digest: str) -> bytes:
        """The content of a hash; where it is not known, something that nothing else is."""
        data = self.known(digest)
        return f"(content {digest} is not known any more)\n".encode() if data is None else data

    def carry_out(self, body: EventBody) -> None:
        """Make the changes that a record tells of."""
        match body:
            case ToolCallFinished(result=result):
                self.change(result.changes)
            case StepInDoubt(changes=changes) | AttemptRolledBack(changes=changes):
                self.change(changes)
            case _:
                pass

    def change(self, changes: Iterable[FileChange]) -> None:
        """Bring paths into the state after each change."""
        for change in changes:
            self.put(change, change.after, change.mode_after, is_there=change.kind != "deleted")

    def put(self, change: FileChange, digest: str, mode: int, *, is_there: bool) -> None:
        """Bring one path into a state."""
        path = self.root / change.path
        if not self._is_inside(path):
            return
        if not is_there:
            _remove(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if change.type is FileType.DIRECTORY:
            path.mkdir(exist_ok=True)
            return
        _remove(path)
        if not change.type.has_content:
            return  # nobody is there who would meet at it
        if change.type is FileType.SYMLINK:
            path.symlink_to(self.content(digest).decode("utf-8", "surrogateescape"))
            return
        path.write_bytes(self.content(digest))
        path.chmod((mode or 0o644) | 0o600)

    def _is_inside(self, path: Path) -> bool:
        """Whether a path, and what leads to it, stays in the directory."""
        return path.parent.resolve().is_relative_to(self.root.resolve()) and path != self.root


def _remove(path: Path) -> None:
    """Take a file, a link or an empty directory away, if it is there."""
    if path.is_dir() and not path.is_symlink():
        if not any(path.iterdir()):
            path.rmdir()
    else:
        path.unlink(missing_ok=True)
