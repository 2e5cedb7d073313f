"""Moving a file or a directory below a held directory, so that undo can put back every file of it."""

import contextlib
import errno
import os
import stat
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from loom_core.errors import ConflictFound, PathRefused
from loom_core.types import ChangeKind, FileChange, FileType
from loom_core.workspace.beneath import make_directory, open_directory
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.changing import MAX_FILE_BYTES, directory_deleted, kept
from loom_core.workspace.examining import missing_parents
from loom_core.workspace.paths import displayed
from loom_core.workspace.protected import is_protected
from loom_core.workspace.renaming import rename_to_new

MAX_MOVED_FILES = 1000
"""Files of a directory that is moved; each of them is kept for undo."""
MAX_MOVED_BYTES = 256 * 1024 * 1024
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class FileState:
    """A plain file or a directory as it is at one moment."""

    path: str
    """Relative to the workspace."""
    sha256: str
    """In hex; of a directory, which has no content, that of no bytes."""
    mode: int
    """Permission bits."""
    type: FileType = FileType.FILE


def states_beneath(root: int, relative: str) -> list[FileState]:
    """The file at a path, or the directory there with all that is in it; nothing is kept.

    Raises:
        PathRefused: there is something that cannot be kept for undo, such as a symbolic link, or
            that is protected, or too much of it.
        FileNotFoundError: nothing is there.
    """
    with _parent(root, relative) as (directory, name):
        kept_files = _Keeper(relative, None).entry(directory, name, relative)
        return [_state(change) for change in kept_files]


def move_beneath(
    root: int,
    source: str,
    destination: str,
    *,
    blobs: BlobStore | None,
    expected: Sequence[FileState] | None = None,
) -> list[FileChange]:
    """Move a file or directory to a name that is free, and say what changed, path by path.

    Directories on the way to the destination are made.

    Raises:
        FileExistsError: the destination is taken.
        PathRefused: undo could not put it back, or the destination is inside of it.
        ConflictFound: the files are not those that were expected.
    """
    if destination.startswith(f"{source}/"):
        raise PathRefused(f"{displayed(destination)} is inside of what is to be moved there")
    changed = ConflictFound(
        f"{displayed(source)} was changed by somebody else in this moment; look at it again"
    )
    parents_made = missing_parents(root, destination)
    with _parent(root, source) as (directory, name):
        facts = os.stat(name, dir_fd=directory, follow_symlinks=False)
        gone = list(_Keeper(source, blobs).entry(directory, name, source))
        found = [_state(change) for change in gone]
        if expected is not None and found != list(expected):
            raise changed
        if not _renamed(root, directory, name, destination, facts):
            raise changed
    return moved(found, source, destination, blobs=blobs, parents_made=parents_made)


def moved(
    states: Sequence[FileState],
    source: str,
    destination: str,
    *,
    blobs: BlobStore | None,
    parents_made: int,
) -> list[FileChange]:
    """The changes that a move made: all goes at the old path, and comes at the new one.

    Args:
        states: what was moved, as it was at the old path.
        source: the old path.
        destination: the new path.
        blobs: tells which contents are kept.
        parents_made: how many directories above the new path were made for it.
    """
    gone = [
        FileChange(
            path=state.path,
            kind=ChangeKind.DELETED,
            before=state.sha256,
            mode=state.mode,
            type=state.type,
            is_recoverable=state.type is FileType.DIRECTORY
            or (blobs is not None and state.sha256 in blobs),
        )
        for state in states
    ]
    made = [
        FileChange(
            path=destination + state.path[len(source) :],
            kind=ChangeKind.CREATED,
            after=state.sha256,
            mode_after=state.mode,
            type=state.type,
            parents_made=parents_made if state.path == source else 0,
        )
        for state in states
    ]
    return [*gone, *made]


def _state(change: FileChange) -> FileState:
    """What was there before a change."""
    return FileState(change.path, change.before, change.mode, change.type)


def _renamed(root: int, directory: int, name: str, destination: str, facts: os.stat_result) -> bool:
    """Give it the new name, durably; False, and the old name, if it is not what was looked at."""
    new_parent, _, new_name = destination.rpartition("/")
    new_directory = make_directory(root, new_parent or ".")
    is_directory = stat.S_ISDIR(facts.st_mode)
    try:
        rename_to_new(
            name,
            new_name,
            directory=directory,
            new_directory=new_directory,
            is_directory=is_directory,
        )
        moved = os.stat(new_name, dir_fd=new_directory, follow_symlinks=False)
        is_same = _identity(facts) == _identity(moved)
        if not is_same:  # somebody put something else there after it was looked at
            with contextlib.suppress(FileExistsError):  # and once more: then it stays where it is
                rename_to_new(
                    new_name,
                    name,
                    directory=new_directory,
                    new_directory=directory,
                    is_directory=stat.S_ISDIR(moved.st_mode),
                )
        os.fsync(new_directory)
        os.fsync(directory)
    finally:
        os.close(new_directory)
    return is_same


def _identity(facts: os.stat_result) -> tuple[int, ...]:
    """What stays the same when a file gets another name; an inode alone is soon used again."""
    return facts.st_dev, facts.st_ino, facts.st_mode, facts.st_size, facts.st_mtime_ns


@contextlib.contextmanager
def _parent(root: int, relative: str) -> Generator[tuple[int, str]]:
    """The held directory that a path is in, and its name there."""
    parent, _, name = relative.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        yield directory, name
    finally:
        os.close(directory)


@dataclass(slots=True)
class _Keeper:
    """Keeps the files of one move, as many as are allowed; directories count for nothing."""

    top: str
    blobs: BlobStore | None
    files: int = 0
    size_bytes: int = 0

    def entry(self, directory: int, name: str, relative: str) -> Iterator[FileChange]:
        """One name of a directory: the file, or the files below it."""
        facts = os.stat(name, dir_fd=directory, follow_symlinks=False)
        _check_movable(relative, facts)
        if stat.S_ISDIR(facts.st_mode):
            yield directory_deleted(relative, stat.S_IMODE(facts.st_mode))
            yield from self._below(directory, name, relative)
            return
        self._count(facts.st_size)
        change = kept(directory, name, relative, self.blobs)
        if change is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), relative)
        yield change

    def _below(self, parent: int, name: str, relative: str) -> Iterator[FileChange]:
        """The files of a directory and of those below it."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        directory = os.open(name, flags, dir_fd=parent)
        try:
            with os.scandir(directory) as names:
                found = sorted(item.name for item in names)
            for inside in found:
                yield from self.entry(directory, inside, f"{relative}/{inside}")
        finally:
            os.close(directory)

    def _count(self, size_bytes: int) -> None:
        """Refuse what is more than undo keeps."""
        self.files += 1
        self.size_bytes += size_bytes
        if self.files > MAX_MOVED_FILES or self.size_bytes > MAX_MOVED_BYTES:
            raise PathRefused(
                f"{displayed(self.top)} holds more than undo can put back "
                f"({MAX_MOVED_FILES:,} files or {MAX_MOVED_BYTES:,} bytes); move its parts"
            )


def _check_movable(relative: str, facts: os.stat_result) -> None:
    """Refuse what must stay where it is, and what undo could not put back."""
    shown = displayed(relative)
    if is_protected(relative):
        raise PathRefused(f"{shown} is protected and stays where it is")
    if stat.S_ISLNK(facts.st_mode):
        raise PathRefused(f"{shown} is a symbolic link, which undo could not put back")
    if relative.count("/") > _MAX_DEPTH:
        raise PathRefused(f"{shown} is nested too deep to be moved")
    if not _is_text(relative):
        raise PathRefused(f"the name {shown} is no text, so that undo could not put it back")
    if stat.S_ISREG(facts.st_mode) and facts.st_size > MAX_FILE_BYTES:
        raise PathRefused(
            f"{shown} has {facts.st_size:,} bytes, more than undo keeps of a file "
            f"({MAX_FILE_BYTES:,})"
        )


def _is_text(name: str) -> bool:
    """Whether a name holds nothing but text; a name on disk may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
