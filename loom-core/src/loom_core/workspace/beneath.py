"""Opening files below a held directory, so that no symbolic link or race leads out of it.

On Linux ``openat2`` lets the kernel refuse every step that leaves the directory. Elsewhere, and for
everything that is written, each component is opened by itself and a symbolic link is refused.
"""

import errno
import os
import stat
import struct
import sys
from collections.abc import Callable
from functools import cache

from loom_core.errors import PathRefused
from loom_core.workspace.paths import displayed

_OPENAT2 = 437
"""Number of the system call, the same on every Linux architecture that Python runs on."""
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_BENEATH = 0x08
_RACE_TRIES = 20
"""The kernel answers EAGAIN when something was renamed while it looked; then it is asked again."""
_FOLLOW_ERRORS = {errno.EXDEV, errno.ELOOP}
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
"""Not blocking, so that a pipe without a writer is refused rather than waited for."""


def open_for_reading(root: int, relative: str) -> int:
    """A descriptor of a file or directory below the root. Links that stay inside are followed.

    Raises ``PathRefused`` when the path leads out, else what ``os.open`` raises.
    """
    try:
        if _has_openat2():
            return _openat2(root, relative, _READ)
        return _open_by_component(root, relative)
    except OSError as error:
        raise _explained(error, relative) from error


def status_of(root: int, relative: str) -> os.stat_result | None:
    """Facts of what is below the root, links that stay inside followed; None when nothing is there.

    Nothing is opened, so that pipes and unreadable files have facts too.
    """
    try:
        if not _has_openat2():
            return _status_by_component(root, relative)
        descriptor = _openat2(root, relative, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _explained(error, relative) from error
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def open_directory(root: int, relative: str) -> int:
    """A descriptor of a directory below the root; symbolic links on the way are refused.

    Raises ``PathRefused`` at a symbolic link, else what ``os.open`` raises.
    """
    held = os.dup(root)
    for part in _parts(relative):
        held = _step(held, part, relative)
    return held


def make_directory(root: int, relative: str) -> int:
    """Like ``open_directory``, and makes what is missing on the way, durably."""
    held = os.dup(root)
    for part in _parts(relative):
        try:
            os.mkdir(part, dir_fd=held)
            os.fsync(held)
        except FileExistsError:
            pass  # the usual case: it is there, and opening it tells whether it is a directory
        except OSError:
            os.close(held)
            raise
        held = _step(held, part, relative)
    return held


def _parts(relative: str) -> list[str]:
    """The components of a normalised path; none for the root."""
    return [] if relative == "." else relative.split("/")


def _step(held: int, part: str, relative: str) -> int:
    """Open one component and let go of the directory before it."""
    try:
        return os.open(part, _DIRECTORY, dir_fd=held)
    except OSError as error:
        if error.errno == errno.ENOTDIR and _is_link(held, part):
            raise PathRefused(link_refusal(relative)) from error
        raise _explained(error, relative) from error
    finally:
        os.close(held)


def _is_link(directory: int, name: str) -> bool:
    """Whether the name is a symbolic link; False when it has gone meanwhile."""
    try:
        return bool(os.readlink(name, dir_fd=directory))
    except OSError:
        return False


def _open_by_component(root: int, relative: str) -> int:
    """Open for reading without help from the kernel: no symbolic link anywhere."""
    parent, _, name = relative.rpartition("/")
    held = open_directory(root, parent or ".")
    try:
        return os.open(name, _READ | os.O_NOFOLLOW, dir_fd=held)
    finally:
        os.close(held)


def _status_by_component(root: int, relative: str) -> os.stat_result:
    """Facts without help from the kernel: no symbolic link anywhere."""
    parent, _, name = relative.rpartition("/")
    held = open_directory(root, parent or ".")
    try:
        facts = os.stat(name, dir_fd=held, follow_symlinks=False)
    finally:
        os.close(held)
    if stat.S_ISLNK(facts.st_mode):
        raise PathRefused(link_refusal(relative))
    return facts


def _explained(error: OSError, relative: str) -> OSError | PathRefused:
    """The refusal for what led out of the workspace, or is no file; else the error itself."""
    if error.errno in _FOLLOW_ERRORS:
        return PathRefused(link_refusal(relative))
    if error.errno == errno.ENXIO:
        return PathRefused(
            f"{displayed(relative)} is a socket or device; only plain files are read"
        )
    return error


def link_refusal(relative: str) -> str:
    """What to say of a path that a symbolic link takes where it may not go."""
    return (
        f"{displayed(relative)} leads through a symbolic link that may not be followed; "
        "name the real file inside the workspace"
    )


@cache
def _has_openat2() -> bool:
    """Whether the kernel offers openat2 here; old kernels and some containers do not."""
    if sys.platform != "linux":
        return False
    root = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.close(_openat2(root, ".", _READ))
    except OSError:
        return False
    finally:
        os.close(root)
    return True


@cache
def _syscall() -> Callable[..., int]:
    """The C library's entrance to system calls that it has no function for, as openat2 is called."""
    import ctypes  # here, because importing loom_core must stay light

    call = ctypes.CDLL(None, use_errno=True).syscall
    call.argtypes = [
        *(ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t)
    ]
    return call


@cache
def _how(flags: int) -> bytes:
    """The ``struct open_how`` of these flags, below the directory and past no magic link."""
    return struct.pack("=QQQ", flags, 0, _RESOLVE_BENEATH | _RESOLVE_NO_MAGICLINKS)


def _openat2(root: int, relative: str, flags: int) -> int:
    """The system call of Linux 5.6. Source: openat2(2)."""
    call, how, path = _syscall(), _how(flags), os.fsencode(relative)
    number = errno.EAGAIN
    for _ in range(_RACE_TRIES):
        found = call(_OPENAT2, root, path, how, len(how))
        if found >= 0:
            return found
        number = _last_error()
        if number != errno.EAGAIN:
            break
    raise OSError(number, os.strerror(number), relative)


def _last_error() -> int:
    """The number of the error of the last system call."""
    import ctypes  # here, because importing loom_core must stay light

    return ctypes.get_errno()
