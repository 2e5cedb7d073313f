"""Giving something a new name without ever taking the place of something else."""

import errno
import os
from collections.abc import Callable
from functools import cache

_RENAME_NOREPLACE = 1
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}
"""The C library has the call, but the kernel or the file system does not."""


def rename_to_new(
    name: str, new_name: str, *, directory: int, new_directory: int, is_directory: bool = False
) -> None:
    """Rename a file or directory; raises ``FileExistsError`` when the new name is taken.

    Args:
        name: what is renamed.
        new_name: its name from then on.
        directory: descriptor of the directory it is in.
        new_directory: descriptor of the directory it goes to.
        is_directory: whether it is a directory.
    """
    try:
        _renameat2(name, new_name, directory, new_directory)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        rename_in_steps(
            name,
            new_name,
            directory=directory,
            new_directory=new_directory,
            is_directory=is_directory,
        )


def rename_in_steps(
    name: str, new_name: str, *, directory: int, new_directory: int, is_directory: bool
) -> None:
    """The same without help from the kernel.

    A file has both names for a moment. A directory can take the place of an empty directory that
    somebody made in the same moment, which loses nothing.
    """
    if not is_directory:
        os.link(
            name,
            new_name,
            src_dir_fd=directory,
            dst_dir_fd=new_directory,
            follow_symlinks=False,
        )
        if _is_same(directory, name, new_directory, new_name):
            os.unlink(name, dir_fd=directory)  # else somebody put something else there
        return
    if _is_taken(new_directory, new_name):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new_name)
    os.rename(name, new_name, src_dir_fd=directory, dst_dir_fd=new_directory)


def _is_same(directory: int, name: str, new_directory: int, new_name: str) -> bool:
    """Whether two names are one file."""
    one = os.stat(name, dir_fd=directory, follow_symlinks=False)
    other = os.stat(new_name, dir_fd=new_directory, follow_symlinks=False)
    return os.path.samestat(one, other)


def _is_taken(directory: int, name: str) -> bool:
    """Whether anything has a name, be it a link that leads nowhere."""
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _renameat2(name: str, new_name: str, directory: int, new_directory: int) -> None:
    """The call of Linux 3.15 and glibc 2.28. Source: rename(2)."""
    import ctypes  # here, because importing loom_core must stay light

    call = _function()
    if call is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name)
    done = call(
        ctypes.c_int(directory),
        ctypes.c_char_p(os.fsencode(name)),
        ctypes.c_int(new_directory),
        ctypes.c_char_p(os.fsencode(new_name)),
        ctypes.c_uint(_RENAME_NOREPLACE),
    )
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


@cache
def _function() -> Callable[..., int] | None:
    """The C library's function; None where it has none."""
    import ctypes  # here, because importing loom_core must stay light

    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
