"""Carrying out one recorded change, as undo does it, for whatever is at a path."""

import contextlib
import errno
import os
import stat
from dataclasses import replace
from pathlib import Path

from loom_core.errors import ConflictFound, PathRefused
from loom_core.types import ChangeKind, FileChange, FileType
from loom_core.workspace.beneath import make_directory, open_directory
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.changing import remove_beneath, replace_beneath
from loom_core.workspace.durable import remove_file, temporary_name
from loom_core.workspace.examining import link_target, mode_beneath, state_beneath
from loom_core.workspace.git_remains import remove_settings_of_new
from loom_core.workspace.git_state import is_git_state, is_in_git
from loom_core.workspace.path_state import PathState, state_after, state_before
from loom_core.workspace.paths import displayed
from loom_core.workspace.renaming import rename_to_new
from loom_core.workspace.undo_order import is_of_mode_only

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_HANDLE = getattr(os, "O_PATH", os.O_RDONLY | os.O_NONBLOCK) | os.O_NOFOLLOW | os.O_CLOEXEC


def carry_out(root: int, change: FileChange, blobs: BlobStore | None) -> None:
    """Do a change to the workspace, unless it is done already.

    What is overwritten goes into the blobs first, so that the change can be taken back.

    Args:
        root: descriptor of the workspace.
        change: from the state that is there to one whose content is in the blobs.
        blobs: where contents are taken from and kept.

    Raises:
        ConflictFound: the path is neither as before nor as after the change, or the content is gone.
        PathRefused: it is of git's settings or hooks, or no path that may be written.
    """
    if is_in_git(change.path) and not is_git_state(change.path):
        raise PathRefused(f"{displayed(change.path)} is git's settings or hooks; it is left alone")
    current = _current(root, change)
    if current.is_like(state_after(change)):
        return
    if not current.is_like(state_before(change)):
        raise ConflictFound(f"{displayed(change.path)} changed while it was being undone")
    if change.type is FileType.DIRECTORY:
        _change_directory(root, change)
    elif change.type is FileType.SYMLINK:
        _change_link(root, change, blobs)
    elif not change.type.has_content:
        _change_meeting_point(root, change)
    else:
        _change_file(root, change, blobs)


def _current(root: int, change: FileChange) -> PathState:
    """What is at the path; of a file that is about to be made readable only the mode counts."""
    try:
        return state_beneath(root, change.path)
    except PermissionError:
        if not is_of_mode_only(change):
            raise
        return replace(state_before(change), mode=mode_beneath(root, change.path))


def _change_file(root: int, change: FileChange, blobs: BlobStore | None) -> None:
    """Write or remove a file, or give it other permission bits."""
    if change.kind is ChangeKind.DELETED:
        remove_settings_of_new(root, change.path)
        remove_beneath(root, change.path, blobs=blobs)
    elif change.before == change.after:
        _set_mode(root, change.path, change.mode_after)
    else:
        data = _content(change, blobs)
        mode = stat.S_IMODE(change.mode_after) if change.mode_after else None
        replace_beneath(root, change.path, data, mode=mode, blobs=blobs, expected=change.before)


def _change_link(root: int, change: FileChange, blobs: BlobStore | None) -> None:
    """Make, turn or remove a symbolic link."""
    parent, _, name = change.path.rpartition("/")
    directory = make_directory(root, parent or ".")
    try:
        if change.kind is not ChangeKind.CREATED and blobs is not None:
            blobs.put(link_target(directory, name))
        if change.kind is ChangeKind.DELETED:
            remove_file(directory, name)
            return
        temporary = temporary_name(name)
        with contextlib.suppress(FileNotFoundError):  # what a killed undo left behind
            os.unlink(temporary, dir_fd=directory)
        os.symlink(os.fsdecode(_content(change, blobs)), temporary, dir_fd=directory)
        os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
        os.fsync(directory)
    finally:
        os.close(directory)


def _change_meeting_point(root: int, change: FileChange) -> None:
    """Make or remove a pipe or a socket, or give it other permission bits."""
    parent, _, name = change.path.rpartition("/")
    directory = make_directory(root, parent or ".")
    try:
        if change.kind is ChangeKind.DELETED:
            remove_file(directory, name)
        elif change.kind is ChangeKind.CREATED:
            _make(directory, name, change)
        else:
            _set_mode_of(directory, name, change.mode_after)
    finally:
        os.close(directory)


def _make(directory: int, name: str, change: FileChange) -> None:
    """Make what has no content. It has its mode before it has its name: a kill leaves all or nothing."""
    temporary = temporary_name(name)
    _clear(directory, temporary)  # what a killed undo left behind
    try:
        if change.type is FileType.DIRECTORY:
            os.mkdir(temporary, dir_fd=directory)
        else:
            kind = stat.S_IFIFO if change.type is FileType.PIPE else stat.S_IFSOCK
            os.mknod(temporary, kind | stat.S_IRUSR | stat.S_IWUSR, dir_fd=directory)
        if change.mode_after:
            _set_mode_of(directory, temporary, change.mode_after)
        rename_to_new(
            temporary,
            name,
            directory=directory,
            new_directory=directory,
            is_directory=change.type is FileType.DIRECTORY,
        )
    finally:
        _clear(directory, temporary)
    os.fsync(directory)


def _clear(directory: int, temporary: str) -> None:
    """Take away what did not get its name, if it is there."""
    with contextlib.suppress(OSError):
        os.unlink(temporary, dir_fd=directory)
    with contextlib.suppress(OSError):
        os.rmdir(temporary, dir_fd=directory)


def _set_mode_of(directory: int, name: str, mode: int) -> None:
    """Permission bits by a mere handle: nothing waits for somebody at the other end of a pipe."""
    handle = os.open(name, _HANDLE, dir_fd=directory)
    try:
        _change_mode(handle, stat.S_IMODE(mode))
    finally:
        os.close(handle)


def _change_directory(root: int, change: FileChange) -> None:
    """Make or remove a directory, or give it other permission bits."""
    if change.kind is ChangeKind.DELETED:
        _remove_directory(root, change.path)
        return
    if change.kind is ChangeKind.CREATED:
        parent, _, name = change.path.rpartition("/")
        directory = make_directory(root, parent or ".")
        try:
            _make(directory, name, change)
        finally:
            os.close(directory)
    elif change.mode_after:
        _set_mode(root, change.path, change.mode_after)


def _remove_directory(root: int, relative: str) -> None:
    """Remove a directory that is empty."""
    parent, _, name = relative.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        os.rmdir(name, dir_fd=directory)
        os.fsync(directory)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        raise ConflictFound(
            f"{displayed(relative)} holds files that were not there before"
        ) from error
    finally:
        os.close(directory)


def _set_mode(root: int, relative: str, mode: int) -> None:
    """Give a file or directory its permission bits."""
    parent, _, name = relative.rpartition("/")
    directory = open_directory(root, parent or ".")
    try:
        descriptor = _opened(directory, name)
    finally:
        os.close(directory)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode) and os.fstat(descriptor).st_nlink > 1:
            raise PathRefused(f"{displayed(relative)} has a second name; its mode is left alone")
        _change_mode(descriptor, stat.S_IMODE(mode))
    finally:
        os.close(descriptor)


def _opened(directory: int, name: str) -> int:
    """A descriptor of a file or directory; a mere handle where its mode forbids reading."""
    try:
        return os.open(name, _OPEN, dir_fd=directory)
    except PermissionError:
        return os.open(name, _HANDLE, dir_fd=directory)


def _change_mode(descriptor: int, mode: int) -> None:
    """Give permission bits to what a descriptor or a mere handle is of."""
    try:
        os.fchmod(descriptor, mode)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise
        Path(f"/proc/self/fd/{descriptor}").chmod(mode)  # a handle has no other way


def _content(change: FileChange, blobs: BlobStore | None) -> bytes:
    """The content that a file or link gets."""
    try:
        if blobs is not None:
            return blobs.get(change.after)
    except KeyError:
        pass  # as if nothing was ever kept
    raise ConflictFound(
        f"the kept content of {displayed(change.path)} is missing or damaged; it stays as it is"
    )
