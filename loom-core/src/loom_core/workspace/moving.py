"""Moving a file or a directory below a held directory, so that undo can put back every file of it."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loom_core.errors import ConflictFound, PathRefused
from loom_core.types import ChangeKind, FileChange
from loom_core.workspace.beneath import make_directory, open_directory
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.changing import MAX_FILE_BYTES, kept
from loom_core.workspace.paths import displayed
from loom_core.workspace.protected import is_protected
from loom_core.workspace.renaming import rename_to_new

MAX_MOVED_FILES = 1000
"""Files of a directory that is moved; each of them is kept for undo."""
MAX_MOVED_BYTES = 256 * 1024 * 1024
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class FileState:
    """A plain file as it is at one moment."""

    path: str
    """Relative to the workspace."""
    sha256: str
    mode: int
    """Permission bits."""


def states_beneath(root: int, relative: str) -> list[FileState]:
    """The file at a path, or every file of the directory there, by path; nothing is kept.

    Raises:
        PathRefused: there is something that cannot be kept for undo, such as a symbolic link, or
            that is protected, or too much of it.
        FileNotFoundError: nothing is there.
    """
    return [
        FileState(change.path, change.before, change.mode)
        for change in _kept_files(root, relative, None)
    ]


def move_beneath(
    root: int,
    source: str,
    destination: str,
    *,
    blobs: BlobStore | None,
    expected: Sequence[FileState] | None = None,
) -> list[FileChange]:
    """Move a file or directory to a name that is free, and say what changed, file by file.

    Directories on the way to the destination are made.

    Raises:
        FileExistsError: the destination is taken.
        PathRefused: undo could not put it back, or the destination is inside of it.
        ConflictFound: the files are not those that were expected.
    """
    if destination.startswith(f"{source}/"):
        raise PathRefused(f"{displayed(destination)} is inside of what is to be moved there")
    gone = list(_kept_files(root, source, blobs))
    found = [FileState(change.path, change.before, change.mode) for change in gone]
    if expected is not None and found != list(expected):
        raise ConflictFound(
            f"{displayed(source)} was changed by somebody else in this moment; look at it again"
        )
    _rename(root, source, destination)
    made = [
        FileChange(
            path=destination + change.path[len(source) :],
            kind=ChangeKind.CREATED,
            after=change.before,
        )
        for change in gone
    ]
    return [*gone, *made]


def _rename(root: int, source: str, destination: str) -> None:
    """Give it the new name, durably."""
    parent, _, name = source.rpartition("/")
    new_parent, _, new_name = destination.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        new_directory = make_directory(root, new_parent or ".")
        try:
            mode = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
            rename_to_new(
                name,
                new_name,
                directory=directory,
                new_directory=new_directory,
                is_directory=stat.S_ISDIR(mode),
            )
            os.fsync(new_directory)
        finally:
            os.close(new_directory)
        os.fsync(directory)
    finally:
        os.close(directory)


def _kept_files(root: int, relative: str, blobs: BlobStore | None) -> Iterator[FileChange]:
    """Every plain file at or below a path in the form of its deletion, its content kept."""
    parent, _, name = relative.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        yield from _Keeper(relative, blobs).entry(directory, name, relative)
    finally:
        os.close(directory)


@dataclass(slots=True)
class _Keeper:
    """Keeps the files of one move, as many as are allowed."""

    top: str
    blobs: BlobStore | None
    files: int = 0
    size_bytes: int = 0

    def entry(self, directory: int, name: str, relative: str) -> Iterator[FileChange]:
        """One name of a directory: the file, or the files below it."""
        facts = os.stat(name, dir_fd=directory, follow_symlinks=False)
        _check_movable(relative, facts)
        if stat.S_ISDIR(facts.st_mode):
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
