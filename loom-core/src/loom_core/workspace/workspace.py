"""Confined access to the files of one directory."""

import errno
import hashlib
import os
import stat
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from loom_core.errors import PathRefused, WorkspaceError
from loom_core.types import FileChange
from loom_core.workspace.beneath import open_for_reading, status_of
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.changing import (
    MAX_FILE_BYTES,
    remove_beneath,
    remove_directory_beneath,
    replace_beneath,
)
from loom_core.workspace.entry import Entry
from loom_core.workspace.moving import FileState, move_beneath, states_beneath
from loom_core.workspace.paths import displayed, relative_path
from loom_core.workspace.placeholders import remove_stale_placeholders
from loom_core.workspace.protected import is_protected
from loom_core.workspace.snapshot import Snapshot, Snapshots
from loom_core.workspace.walking import Walk

LISTING_LIMIT = 500
"""Entries of a listing unless another number is asked for."""


class Workspace:
    """Confined access to the files of one directory.

    Paths are relative to the root, or absolute and inside it; ``./x`` is ``x``. No call leaves the
    root, whatever symbolic links it holds. Every change keeps the content before it. All calls
    block; on an event loop run them in a thread. They are safe to call from several threads.

    Beside the errors named below, calls raise what the system says: ``FileNotFoundError``,
    ``IsADirectoryError``, ``PermissionError`` and other ``OSError``.
    """

    root: Path
    """The real, absolute path of the directory."""

    def __init__(self, root: Path, *, blobs: BlobStore | None = None) -> None:
        """Hold the directory open.

        Args:
            root: a directory that exists and may be written.
            blobs: where contents go before they are changed; None keeps none, so that changes
                are reported as not recoverable.

        Raises:
            WorkspaceError: it is missing, not a directory or not writable.
        """
        self.root = _checked(root)
        self.blobs = blobs
        self._descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._descriptor)
        self.change_count = 0
        """Grows with every change through this object, and when somebody looks for changes."""
        self._written: list[tuple[str, str]] = []
        """Path and SHA-256 after each change through this object."""
        self._writing = threading.RLock()
        self._snapshots = Snapshots(self._descriptor, blobs)
        remove_stale_placeholders(self.root)

    def relative(self, path: str) -> str:
        """The normalised path inside the root, with forward slashes; ``.`` is the root.

        Raises ``PathRefused`` for what is outside.
        """
        return relative_path(path, self.root)

    def writable(self, path: str) -> str:
        """The normalised path of a file that tools may write.

        Raises ``PathRefused`` for what is outside or protected.
        """
        relative = self.relative(path)
        if relative == ".":
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), relative)
        if is_protected(relative):
            raise PathRefused(
                f"{displayed(relative)} is protected: it can run code or change settings on this "
                "machine; a person has to change it"
            )
        return relative

    def read(self, path: str, *, max_bytes: int | None = None) -> bytes:
        """The bytes of a file.

        Args:
            path: the file; symbolic links that stay inside are followed.
            max_bytes: a larger file is refused; None is ``MAX_FILE_BYTES``.

        Raises:
            PathRefused: outside, a pipe, socket or device, too large, or a hard link: its other
                names may be outside, and nobody can tell.
        """
        limit = MAX_FILE_BYTES if max_bytes is None else max_bytes
        descriptor = self._open_file(path)
        with os.fdopen(descriptor, "rb") as file:
            if os.fstat(descriptor).st_nlink > 1:
                raise PathRefused(
                    f"{displayed(path)} has several names (hard links), of which some may be "
                    "outside the workspace; copy it to a new file and use that"
                )
            data = file.read(limit + 1)
            if len(data) > limit:
                size = os.fstat(descriptor).st_size
                raise PathRefused(
                    f"{displayed(path)} has {size:,} bytes, more than the limit of {limit:,}; "
                    "look at a part of it instead"
                )
        return data

    def exists(self, path: str) -> bool:
        """Whether there is a file or directory; raises ``PathRefused`` for a path outside."""
        return self._mode(path) != 0

    def is_file(self, path: str) -> bool:
        """Whether there is a plain file; raises ``PathRefused`` for a path outside."""
        return stat.S_ISREG(self._mode(path))

    def is_directory(self, path: str) -> bool:
        """Whether there is a directory; raises ``PathRefused`` for a path outside."""
        return stat.S_ISDIR(self._mode(path))

    def sha256(self, path: str) -> str:
        """SHA-256 of a file's bytes in hex; empty when nothing is there."""
        try:
            descriptor = self._open_file(path)
        except (FileNotFoundError, NotADirectoryError):
            return ""
        with os.fdopen(descriptor, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def permissions(self, path: str) -> int:
        """Permission bits of a file or directory; 0 when nothing is there."""
        return stat.S_IMODE(self._mode(path))

    def states(self, path: str) -> list[FileState]:
        """The file at a path, or every file of the directory there, as they are now.

        Raises ``PathRefused`` when there is something that ``move`` would refuse.
        """
        return states_beneath(self._descriptor, self.relative(path))

    def size_bytes(self, path: str) -> int:
        """Bytes of a file; 0 when nothing is there."""
        facts = status_of(self._descriptor, self.relative(path))
        return facts.st_size if facts else 0

    def write(
        self, path: str, data: bytes, *, mode: int | None = None, expected: str | None = None
    ) -> FileChange:
        """Replace or make a file, whole or not at all, keeping what it held before.

        Directories on the way are made.

        Args:
            path: the file; a symbolic link on the way is refused, and so is a protected path.
            data: its new content.
            mode: permission bits; None keeps those of the file, or gives a new file the usual ones.
            expected: SHA-256 that the file must have now, empty when it must be new; with another
                content ``ConflictFound`` is raised. None is any content.
        """
        relative = self.writable(path)
        return self._changed(
            lambda: replace_beneath(
                self._descriptor, relative, data, mode=mode, blobs=self.blobs, expected=expected
            )
        )

    def delete(self, path: str, *, expected: str | None = None) -> FileChange:
        """Remove a file, keeping what it held. Directories and protected paths are refused.

        With ``expected``, the SHA-256 that it must have, ``ConflictFound`` when it has another.
        """
        relative = self.writable(path)
        return self._changed(
            lambda: remove_beneath(self._descriptor, relative, blobs=self.blobs, expected=expected)
        )

    def delete_directory(self, path: str) -> None:
        """Remove an empty directory. Protected paths are refused."""
        relative = self.writable(path)
        with self._writing:
            remove_directory_beneath(self._descriptor, relative)
            self.change_count += 1

    def move(
        self, source: str, destination: str, *, expected: Sequence[FileState] | None = None
    ) -> list[FileChange]:
        """Move a file or directory to a name that is free, keeping what every file of it held.

        Directories on the way are made; protected paths are refused.

        Args:
            source: what is moved.
            destination: its new path; ``FileExistsError`` is raised when something is there.
            expected: what ``states`` said of the source; ``ConflictFound`` when that is not so any
                more. None is any state.
        """
        old, new = self.writable(source), self.writable(destination)
        return self._all_changed(
            lambda: move_beneath(self._descriptor, old, new, blobs=self.blobs, expected=expected)
        )

    def restore(self, path: str, data: bytes | None, *, mode: int | None = None) -> FileChange:
        """For undo: write or, with None, delete a file, protected or not."""
        relative = self.relative(path)
        if data is None:
            return self._changed(
                lambda: remove_beneath(self._descriptor, relative, blobs=self.blobs)
            )
        return self._changed(
            lambda: replace_beneath(self._descriptor, relative, data, mode=mode, blobs=self.blobs)
        )

    def listing(
        self, path: str = ".", *, depth: int = 2, limit: int = LISTING_LIMIT
    ) -> list[Entry]:
        """What lies below a directory, as a tree: directories first, each followed by its content.

        Ignore files are honoured and ``.git`` is passed over.

        Args:
            path: the directory; symbolic links on the way are refused.
            depth: levels of directories, from 1.
            limit: at most so many entries; ask for one more to learn whether there are more.
        """
        walk = Walk(self._descriptor, depth=depth)
        return list(islice(walk.entries(self.relative(path)), limit))

    def files(self, path: str = ".") -> Iterator[Entry]:
        """Every plain file below a directory, as in a listing; links and special files are not."""
        for entry in Walk(self._descriptor).entries(self.relative(path)):
            if not (entry.is_directory or entry.is_symlink or entry.is_special):
                yield entry

    def snapshot(self) -> Snapshot:
        """How every file is now, to tell later what somebody else than this object changed."""
        with self._writing:
            write_count = len(self._written)
        return replace(self._snapshots.take(), write_count=write_count)

    def changes_since(self, snapshot: Snapshot) -> list[FileChange]:
        """What differs from a snapshot, by path. What small files held then goes into the blobs.

        Files that are as a change through this object left them since are not among it: whoever
        made that change, such as a parallel subtask, has it recorded.
        """
        self.change_count += 1
        changes = self._snapshots.changes_since(snapshot)
        with self._writing:
            recorded = set(self._written[snapshot.write_count :])
        return [change for change in changes if (change.path, change.after) not in recorded]

    def _changed(self, make: Callable[[], FileChange]) -> FileChange:
        """Make one change at a time, counted and noted."""
        return self._all_changed(lambda: [make()])[0]

    def _all_changed(self, make: Callable[[], list[FileChange]]) -> list[FileChange]:
        """Make the changes of one call while nobody else changes anything, counted and noted."""
        with self._writing:
            try:
                changes = make()
                self._written.extend((change.path, change.after) for change in changes)
            finally:
                self.change_count += 1
        return changes

    def _open_file(self, path: str) -> int:
        """A descriptor of a plain file."""
        relative = self.relative(path)
        descriptor = open_for_reading(self._descriptor, relative)
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            return descriptor
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), relative)
        raise PathRefused(
            f"{displayed(relative)} is a pipe, socket or device; only plain files are read"
        )

    def _mode(self, path: str) -> int:
        """The mode of what a path leads to; 0 when nothing is there or a link leads nowhere."""
        facts = status_of(self._descriptor, self.relative(path))
        return facts.st_mode if facts else 0


def _checked(root: Path) -> Path:
    """The real path of a directory that can be a workspace."""
    try:
        real = root.expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise WorkspaceError(
            f"the workspace {displayed(str(root))} does not exist; make the directory or name another"
        ) from error
    if not real.is_dir():
        raise WorkspaceError(
            f"the workspace {displayed(str(root))} is not a directory; name a directory"
        )
    if not os.access(real, os.R_OK | os.W_OK | os.X_OK):
        raise WorkspaceError(
            f"the workspace {displayed(str(root))} is not writable; "
            "change its permissions or name another directory"
        )
    return real
