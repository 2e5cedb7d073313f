"""Files that are written whole or not at all, and survive a power cut."""

import contextlib
import fcntl
import hashlib
import os
import re
import stat
from secrets import token_hex

from loom_core.workspace.renaming import rename_to_new

_TEMPORARY = re.compile(r"\.loom-[0-9a-f]{16}\.tmp")
_CREATE = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def replace_file(
    directory: int, name: str, data: bytes, mode: int | None, *, must_be_new: bool = False
) -> None:
    """Put a file with these bytes in place of whatever the name was.

    Args:
        directory: descriptor of the directory.
        name: the file's name in it.
        data: the whole content.
        mode: permission bits; None gives those that any new file gets.
        must_be_new: raise ``FileExistsError`` when the name was something.

    Temporary file, fsync, rename, fsync of the directory. The temporary name depends on the name
    alone: what a killed process left behind is used up by the next write of the same file.
    """
    temporary = temporary_name(name)
    descriptor = _locked(directory, temporary)
    try:
        os.ftruncate(descriptor, 0)
        if mode is not None:
            os.fchmod(descriptor, mode)  # before the content, which may be nobody else's business
        _write_all(descriptor, data)
        os.fsync(descriptor)
        if must_be_new:
            rename_to_new(temporary, name, directory=directory, new_directory=directory)
        else:
            os.rename(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
    except BaseException:
        with contextlib.suppress(OSError):  # the first error is the one to report
            os.unlink(temporary, dir_fd=directory)
        raise
    finally:
        os.close(descriptor)
    os.fsync(directory)


def temporary_name(name: str) -> str:
    """What the file is called from which a file of that name comes to be."""
    return f".loom-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}.tmp"


def passing_name() -> str:
    """A name of the same kind that nobody else uses, for what gets its place by being renamed."""
    return f".loom-{token_hex(8)}.tmp"


def is_temporary(name: str) -> bool:
    """Whether a file of that name is one that never came to its place, or has not yet."""
    return _TEMPORARY.fullmatch(name) is not None


def remove_temporary(directory: int, name: str) -> None:
    """Remove what a killed process left of a write; one that is at work keeps its own."""
    try:
        descriptor = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
    except OSError:
        return  # it is in its place by now, or none of ours
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_own(descriptor, directory, name):
            os.unlink(name, dir_fd=directory)
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)


def remove_file(directory: int, name: str) -> None:
    """Remove a file so that it stays removed after a power cut."""
    os.unlink(name, dir_fd=directory)
    os.fsync(directory)


def _locked(directory: int, name: str) -> int:
    """The temporary file, empty or left over, held against other writers of the same file."""
    while True:
        descriptor = os.open(name, _CREATE, 0o666, dir_fd=directory)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_own(descriptor, directory, name):
            return descriptor
        os.close(descriptor)


def _is_own(descriptor: int, directory: int, name: str) -> bool:
    """Whether the name still is this file and nobody else's under a second name."""
    held = os.fstat(descriptor)
    try:
        named = os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False  # its writer renamed it into place while we waited
    if not os.path.samestat(held, named):
        return False
    if stat.S_ISREG(held.st_mode) and held.st_nlink == 1:
        return True
    os.unlink(name, dir_fd=directory)
    return False


def _write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; the system may take fewer at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
