"""Changing one file below a held directory, with what it held before kept for undo."""

import errno
import hashlib
import os
import stat

from loom_core.errors import ConflictFound, PathRefused
from loom_core.types import ChangeKind, FileChange, FileType
from loom_core.workspace.beneath import link_refusal, make_directory, open_directory
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.durable import remove_file, replace_file
from loom_core.workspace.examining import missing_parents
from loom_core.workspace.path_state import NO_CONTENT
from loom_core.workspace.paths import displayed

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Files larger than this are neither read whole nor kept for undo."""


def replace_beneath(
    root: int,
    relative: str,
    data: bytes,
    *,
    mode: int | None,
    blobs: BlobStore | None,
    expected: str | None = None,
) -> FileChange:
    """Replace or make a file and say what changed; directories on the way are made.

    Args:
        root: descriptor of the workspace.
        relative: normalised path of the file below it.
        data: the new content.
        mode: permission bits; None keeps those of the file, or gives a new file the usual ones.
        blobs: where the content before is kept; None keeps none.
        expected: SHA-256 that the file must have, empty when nothing may be there; None is anything.

    Raises:
        ConflictFound: the file is not as expected.
    """
    parent, _, name = relative.rpartition("/")
    made = missing_parents(root, relative)
    directory = make_directory(root, parent or ".")
    try:
        before = kept(directory, name, relative, blobs)
        check_expected(relative, before, expected)
        if mode is None and before is not None:
            mode = before.mode
        replace_file(directory, name, data, mode, must_be_new=before is None)
        mode_after = stat.S_IMODE(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    finally:
        os.close(directory)
    after: dict[str, object] = {
        "after": hashlib.sha256(data).hexdigest(),
        "mode_after": mode_after,
        "parents_made": made,
    }
    if before is None:
        before = FileChange(path=relative, kind=ChangeKind.CREATED)
        return before.model_copy(update=after)
    return before.model_copy(update={"kind": ChangeKind.MODIFIED, **after})


def remove_beneath(
    root: int, relative: str, *, blobs: BlobStore | None, expected: str | None = None
) -> FileChange:
    """Remove a file and say what changed; raises ``FileNotFoundError`` when it is not there.

    With ``expected``, the SHA-256 that it must have, ``ConflictFound`` when it has another.
    """
    parent, _, name = relative.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        before = kept(directory, name, relative, blobs)
        if before is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), relative)
        check_expected(relative, before, expected)
        remove_file(directory, name)
    finally:
        os.close(directory)
    return before


def remove_directory_beneath(root: int, relative: str) -> FileChange:
    """Remove an empty directory and say what changed; raises what ``os.rmdir`` raises."""
    parent, _, name = relative.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        mode = stat.S_IMODE(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
        os.rmdir(name, dir_fd=directory)
        os.fsync(directory)
    finally:
        os.close(directory)
    return directory_deleted(relative, mode)


def directory_deleted(relative: str, mode: int) -> FileChange:
    """The change that took a directory away."""
    return FileChange(
        path=relative,
        kind=ChangeKind.DELETED,
        before=NO_CONTENT,
        mode=mode,
        type=FileType.DIRECTORY,
    )


def check_expected(relative: str, found: FileChange | None, expected: str | None) -> None:
    """Raise ``ConflictFound`` when a file, in the form of its deletion, is not as expected."""
    if expected is not None and expected != (found.before if found else ""):
        raise ConflictFound(
            f"{displayed(relative)} was changed by somebody else in this moment; look at it again"
        )


def kept(directory: int, name: str, relative: str, blobs: BlobStore | None) -> FileChange | None:
    """The file as it is, its content kept, in the form of its deletion; None when absent."""
    facts = _plain_file(directory, name, relative)
    if facts is None:
        return None
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    is_kept = blobs is not None and facts.st_size <= MAX_FILE_BYTES
    with os.fdopen(os.open(name, flags, dir_fd=directory), "rb") as file:
        if blobs is not None and is_kept:
            before = blobs.put(file.read())
        else:
            before = hashlib.file_digest(file, "sha256").hexdigest()
    return FileChange(
        path=relative,
        kind=ChangeKind.DELETED,
        before=before,
        mode=stat.S_IMODE(facts.st_mode),
        is_recoverable=is_kept,
    )


def _plain_file(directory: int, name: str, relative: str) -> os.stat_result | None:
    """Facts of a file that may be replaced; None when nothing is there."""
    try:
        facts = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), relative)
    if stat.S_ISLNK(facts.st_mode):
        raise PathRefused(link_refusal(relative))
    if not stat.S_ISREG(facts.st_mode):
        raise PathRefused(f"{displayed(relative)} is a pipe, socket or device; it is left alone")
    return facts
