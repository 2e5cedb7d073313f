"""Taking paths away, whatever a command did to keep them there."""

import contextlib
import itertools
import os
import stat
from collections.abc import Generator, Iterable
from pathlib import Path
from secrets import token_hex

_LONGEST_PATH = 3_500
"""Bytes; of a directory with a longer one not everything in it has a path that the system takes."""


def remove(path: Path) -> None:
    """Take away a file, a link or a directory with all that is in it; links are not followed."""
    with open_to_owner(path.parent):
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
        else:
            _remove_directory(path)


def removable(path: Path, root: Path) -> Path:
    """A path, or the nearest directory around it, that can be taken away with all that is in it."""
    while path.parent != root and len(os.fsencode(path)) > _LONGEST_PATH:
        path = path.parent
    return path


@contextlib.contextmanager
def open_to_owner(directory: Path) -> Generator[None]:
    """A directory that its owner may change inside this context, also if it was closed to them.

    What is no directory, or belongs to somebody else, is left as it is.
    """
    facts = directory.lstat()
    mode = stat.S_IMODE(facts.st_mode)
    is_own = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid()
    if mode & stat.S_IRWXU == stat.S_IRWXU or not is_own:
        yield
        return
    directory.chmod(mode | stat.S_IRWXU)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # it went away
            if os.path.samestat(facts, directory.lstat()):
                directory.chmod(mode)


@contextlib.contextmanager
def open_down_to(root: Path, directories: Iterable[Path]) -> Generator[None]:
    """Directories below a root that their owner may enter and change inside this context.

    What lies behind a symbolic link is left as it is, and so is what went away.
    """
    wanted: set[Path] = set()
    for directory in directories:
        above = directory
        while above not in wanted and above.is_relative_to(root):
            wanted.add(above)
            above = above.parent
    linked: set[Path] = set()
    with contextlib.ExitStack() as opened:
        for directory in sorted(wanted, key=lambda one: len(one.parts)):
            with contextlib.suppress(OSError):
                if directory.parent in linked or directory.is_symlink():
                    linked.add(directory)
                else:
                    opened.enter_context(open_to_owner(directory))
        yield


def _remove_directory(top: Path) -> None:
    """Remove a directory of any depth.

    What is nested is moved up first: paths can be deeper than names may be long, and than Python
    may recurse.
    """
    names = (top / f"{token_hex(8)}-{number}" for number in itertools.count())
    waiting = [top]
    top.chmod(0o700)
    for directory in waiting:  # grows as it is emptied
        with os.scandir(directory) as entries:
            found = list(entries)
        for entry in found:
            if not entry.is_dir(follow_symlinks=False):
                Path(entry.path).unlink()
                continue
            Path(entry.path).chmod(0o700)  # a closed one can be neither moved nor emptied
            waiting.append(Path(entry.path).rename(next(names)))
    for directory in reversed(waiting):
        directory.rmdir()
