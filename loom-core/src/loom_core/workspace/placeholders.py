"""Empty stand-ins for protected paths that do not exist, while a sandboxed command runs.

A path can only be made read-only where something is, so a sandbox puts an empty file or directory
there first and takes it away after. A stand-in is known by its fixed time of modification, so that
one left over by a killed process is recognised and removed.
"""

import contextlib
import fcntl
import os
import stat
from collections.abc import Generator
from pathlib import Path

from loom_core.workspace.durable import is_temporary, passing_name
from loom_core.workspace.protected import PROTECTED_NAMES
from loom_core.workspace.renaming import rename_to_new

_MARK_NS = 978_310_861_010_101_010
"""The time of modification that marks a stand-in, in nanoseconds; a moment in January 2001."""
_DIRECTORIES = frozenset({".git", ".loom"})
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def is_placeholder(root: int | Path, relative: str, facts: os.stat_result) -> bool:
    """Whether a path is a stand-in: directly below the workspace, with the mark, and empty.

    Anybody can set the mark, so nothing that holds something may ever count as a stand-in.

    Args:
        root: the workspace, or a descriptor of it.
        relative: the path as seen from there.
        facts: what ``lstat`` says of it.
    """
    if relative not in PROTECTED_NAMES or not _is_marked(facts):
        return False
    return not stat.S_ISDIR(facts.st_mode) or _is_empty(root, relative)


@contextlib.contextmanager
def placeholders(root: Path) -> Generator[None]:
    """Every protected path of a workspace exists inside this context.

    Several commands, of several processes too, may hold them at the same time: the last one
    removes them.
    """
    with contextlib.ExitStack() as held:
        for name in PROTECTED_NAMES:
            descriptor = _held(root / name)
            if descriptor is not None:
                held.callback(_let_go, root / name, descriptor)
        yield


def remove_stale_placeholders(root: Path) -> None:
    """Take away the stand-ins that a killed process left and nobody holds, named or not yet."""
    _remove_unnamed(root)
    for name in PROTECTED_NAMES:
        path = root / name
        with contextlib.suppress(OSError):  # nothing is there, which is the usual case
            if is_placeholder(root, name, path.lstat()):
                _let_go(path, os.open(path, _OPEN))


def _remove_unnamed(root: Path) -> None:
    """Take away what did not get its name; whoever is at that now makes another one."""
    with contextlib.suppress(OSError), os.scandir(root) as entries:
        for entry in entries:
            if not is_temporary(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False) or _is_marked(entry.stat(follow_symlinks=False)):
                _remove(Path(entry.path))


def _is_marked(facts: os.stat_result) -> bool:
    """Whether these can be the facts of a stand-in."""
    is_empty_file = stat.S_ISREG(facts.st_mode) and facts.st_size == 0
    return facts.st_mtime_ns == _MARK_NS and (is_empty_file or stat.S_ISDIR(facts.st_mode))


def _is_empty(root: int | Path, name: str) -> bool:
    """Whether nothing is in a directory, or it is gone by now; False when nobody can tell."""
    try:
        if isinstance(root, Path):
            descriptor = os.open(root / name, _OPEN)
        else:
            descriptor = os.open(name, _OPEN, dir_fd=root)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        with os.scandir(descriptor) as entries:
            return next(entries, None) is None
    except NotADirectoryError:
        return False  # something else is there by now
    finally:
        os.close(descriptor)


def _held(path: Path) -> int | None:
    """A stand-in at the path, held against removal; None when something real is there."""
    while True:
        _make(path)
        try:
            descriptor = os.open(path, _OPEN)
        except FileNotFoundError:
            continue  # another command removed its stand-in just now
        except OSError:
            return None  # a symbolic link, or unreadable: it exists and is no stand-in
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if not _is_marked(os.fstat(descriptor)):
            os.close(descriptor)
            return None
        if _is_at(path, descriptor):
            return descriptor
        os.close(descriptor)


def _make(path: Path) -> None:
    """Put a stand-in where nothing is. It is marked before it has its name.

    Whoever looked after another command would take an unmarked one for something that was planted.
    """
    if os.path.lexists(path):
        return  # which serves as well
    passing = path.with_name(passing_name())
    try:
        _make_marked(passing, is_directory=path.name in _DIRECTORIES)
        _rename(passing, path)
    except FileExistsError:
        return  # another one was faster
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise
        return  # somebody cleared it away: the next try makes it anew
    finally:
        _remove(passing)


def _make_marked(path: Path, *, is_directory: bool) -> None:
    """Make what stands in for a directory or a file.

    By its descriptor: a command that runs meanwhile could put a link to somebody's file at the name.
    """
    if is_directory:
        path.mkdir(mode=0o500)
        descriptor = os.open(path, _OPEN | os.O_DIRECTORY)
    else:
        descriptor = os.open(path, _OPEN | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        os.utime(descriptor, ns=(_MARK_NS, _MARK_NS))
    finally:
        os.close(descriptor)


def _rename(passing: Path, path: Path) -> None:
    """Give it its name unless that is taken."""
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        rename_to_new(
            passing.name,
            path.name,
            directory=directory,
            new_directory=directory,
            is_directory=path.name in _DIRECTORIES,
        )
    finally:
        os.close(directory)


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the path still names what the descriptor holds."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _let_go(path: Path, descriptor: int) -> None:
    """Remove a stand-in unless another command still holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        if _is_marked(os.fstat(descriptor)) and _is_at(path, descriptor):
            _remove(path)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    """Take a stand-in away if it is there; what somebody put into it meanwhile stays."""
    if path.is_dir():
        with contextlib.suppress(OSError):  # no longer empty: no longer ours
            path.rmdir()
    else:
        path.unlink(missing_ok=True)
