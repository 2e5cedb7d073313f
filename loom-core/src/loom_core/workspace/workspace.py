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
from loom_core.types import FileChange, FileType
from loom_core.workspace.attribution import beyond
from loom_core.workspace.beneath import open_directory, status_of
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.changing import (
    MAX_FILE_BYTES,
    remove_beneath,
    remove_directory_beneath,
    replace_beneath,
)
from loom_core.workspace.entry import Entry
from loom_core.workspace.examining import link_beneath, missing_parents, own_mode, state_beneath
from loom_core.workspace.kept_snapshots import KeptSnapshots
from loom_core.workspace.moving import FileState, move_beneath, states_beneath
from loom_core.workspace.obeyed import is_obeyed
from loom_core.workspace.path_state import PathState, parents
from loom_core.workspace.paths import displayed, relative_path
from loom_core.workspace.placeholders import remove_stale_placeholders
from loom_core.workspace.protected import is_protected
from loom_core.workspace.reading import open_plain_file, read_plain_file
from loom_core.workspace.repositories import is_in_repository
from loom_core.workspace.restoring import carry_out
from loom_core.workspace.scanning import remove_temporaries
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
            WorkspaceError: it is missing, not a directory or not writable, or Loom's own files are in it.
        """
        self.root = _checked(root)
        self.blobs = blobs
        if blobs is not None:
            _refuse_inside(self.root, blobs.directory)
        self._descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._descriptor)
        self.change_count = 0
        """Grows with every change through this object, and when somebody looks for changes."""
        self._written: list[FileChange] = []
        """Each change through this object."""
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
        if is_obeyed(self.root, relative):
            raise PathRefused(
                f"{displayed(relative)} is where the repository's settings keep hooks or further "
                "settings, which run code on this machine; a person has to change it"
            )
        if is_in_repository(self.root, relative):
            raise PathRefused(
                f"{displayed(relative)} would belong to a bare git repository, which can run code "
                "on this machine; a person has to change it"
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
        return read_plain_file(self._descriptor, self.relative(path), max_bytes=limit)

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
            descriptor, _ = open_plain_file(self._descriptor, self.relative(path))
        except (FileNotFoundError, NotADirectoryError):
            return ""
        with os.fdopen(descriptor, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def permissions(self, path: str) -> int:
        """Permission bits of a file or directory; 0 when nothing is there."""
        return stat.S_IMODE(self._mode(path))

    def own_mode(self, path: str) -> int | None:
        """The mode of what belongs to this user; None where it does not, or no mode matters."""
        return own_mode(self._descriptor, self.relative(path))

    def states(self, path: str) -> list[FileState]:
        """The file at a path, or the directory there with all that is in it, as they are now.

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

    def delete_directory(self, path: str) -> FileChange:
        """Remove an empty directory. Protected paths are refused."""
        relative = self.writable(path)
        return self._changed(lambda: remove_directory_beneath(self._descriptor, relative))

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

    def state(self, path: str) -> PathState:
        """What is at a path; a symbolic link is itself, not what it leads to.

        Raises ``PathRefused`` for what is outside, behind a link, or a device.
        """
        return state_beneath(self._descriptor, self.relative(path))

    def content(self, path: str, *, max_bytes: int) -> bytes:
        """The bytes of a file, or where a symbolic link leads; raises as ``read`` and ``state`` do."""
        if self.state(path).type is FileType.SYMLINK:
            return link_beneath(self._descriptor, self.relative(path))
        return self.read(path, max_bytes=max_bytes)

    def missing_parents(self, path: str) -> int:
        """How many of the directories above a path are not there."""
        return missing_parents(self._descriptor, self.relative(path))

    def names(self, path: str) -> list[str]:
        """The names of everything in a directory; none when it cannot be looked into."""
        try:
            directory = open_directory(self._descriptor, self.relative(path))
        except (OSError, PathRefused):
            return []
        try:
            return os.listdir(directory)  # noqa: PTH208 - a Path knows no descriptor
        finally:
            os.close(directory)

    def carry_out(self, change: FileChange) -> FileChange:
        """For undo: do a change, protected or not, unless it is done already. Returns it.

        Raises:
            ConflictFound: the path is neither as before nor as after, or the content is gone.
            PathRefused: it is of git's settings or hooks.
        """

        def make() -> FileChange:
            carry_out(self._descriptor, change, self.blobs)
            return change

        self.relative(change.path)
        return self._changed(make)

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

    def entries(self, path: str = ".") -> Iterator[Entry]:
        """Everything below a directory, as in a listing."""
        return Walk(self._descriptor).entries(self.relative(path))

    def files(
        self, path: str = ".", *, wanted: Callable[[str], bool] | None = None
    ) -> Iterator[Entry]:
        """Every plain file below a directory, as in a listing; links and special files are not.

        ``wanted`` says of a path whether its file is; that is quicker than leaving files out later.
        """
        walk = Walk(self._descriptor, wanted=wanted)
        for entry in walk.entries(self.relative(path)):
            if not (entry.is_directory or entry.is_symlink or entry.is_special):
                yield entry

    def remove_made(self, path: str, count: int) -> None:
        """Take away so many directories above a path, as far as they are empty.

        For those that a killed process made for a path that it then did not come to write.
        """
        with self._writing:
            for directory in parents(self.relative(path), count):
                try:
                    remove_directory_beneath(self._descriptor, directory)
                except (OSError, PathRefused):
                    return  # somebody uses it, or it was never made

    def remove_temporaries(self) -> None:
        """Take away what killed writes left behind, which is never the content of anything."""
        remove_temporaries(self._descriptor)

    def snapshot(self) -> Snapshot:
        """How every path is now, to tell later what somebody else than this object changed."""
        with self._writing:
            write_count = len(self._written)
        return replace(self._snapshots.take(), write_count=write_count)

    def changes_since(self, snapshot: Snapshot) -> list[FileChange]:
        """What differs from a snapshot, by path.

        Paths that are as a change through this object left them since are not among it: whoever
        made that change, such as a parallel subtask, has it recorded. What was changed through
        this object first and then by somebody else begins where this object left it.
        """
        self.change_count += 1
        changes = self._snapshots.changes_since(snapshot)
        with self._writing:
            recorded = self._written[snapshot.write_count :]
        return beyond(changes, recorded, self.blobs)

    def keep(self, snapshot: Snapshot, key: Sequence[str | int]) -> None:
        """Put a snapshot where a later process finds it; without blobs nothing is kept."""
        if self.blobs is not None:
            KeptSnapshots(self.blobs.directory).save(key, snapshot)

    def kept(self, key: Sequence[str | int]) -> Snapshot | None:
        """The snapshot that was kept under a key, perhaps by a process that died; None if none was."""
        if self.blobs is None:
            return None
        found = KeptSnapshots(self.blobs.directory).load(key)
        with self._writing:
            return found and replace(found, write_count=len(self._written))

    def forget(self, key: Sequence[str | int]) -> None:
        """Keep the snapshot of a key no longer."""
        if self.blobs is not None:
            KeptSnapshots(self.blobs.directory).delete(key)

    def _changed(self, make: Callable[[], FileChange]) -> FileChange:
        """Make one change at a time, counted and noted."""
        return self._all_changed(lambda: [make()])[0]

    def _all_changed(self, make: Callable[[], list[FileChange]]) -> list[FileChange]:
        """Make the changes of one call while nobody else changes anything, counted and noted."""
        with self._writing:
            try:
                changes = make()
                self._written.extend(changes)
            finally:
                self.change_count += 1
        return changes

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


def _refuse_inside(root: Path, kept: Path) -> None:
    """Raise ``WorkspaceError`` where tools could change what Loom keeps, unless its name protects it."""
    real = kept.resolve()
    if real.is_relative_to(root) and not is_protected(real.relative_to(root).as_posix()):
        raise WorkspaceError(
            f"Loom keeps its own files in {displayed(str(real.parent))}, which is inside the workspace "
            f"{displayed(str(root))}; set LOOM_HOME to a directory outside of it"
        )
