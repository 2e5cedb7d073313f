"""Finding the protected paths of a workspace, at any depth and under any name."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from loom_core.errors import SandboxUnavailable
from loom_core.workspace.placeholders import is_placeholder
from loom_core.workspace.protected import is_protected_name
from loom_core.workspace.removing import open_to_owner
from loom_core.workspace.repositories import SHAPE, has_shape_of_repository

MAX_ENTRIES = 1_000_000
"""Names in a workspace that are looked at before a command; with more, no command runs confined."""


def guarded_paths(root: Path) -> list[Path]:
    """The protected paths of a workspace at any depth, repositories under another name too.

    A workspace that is itself a bare repository counts as one guarded path. Each comes before what
    is in it.

    Raises:
        SandboxUnavailable: there is more in the workspace than can be looked at.
    """
    found = _search(root, most=MAX_ENTRIES)
    return sorted(path for path in found if not is_stand_in(root, path))


def all_guarded_paths(root: Path) -> list[Path]:
    """The same with stand-ins and without a limit: who makes many files must not hide others."""
    return sorted(_search(root, most=None))


def is_stand_in(root: Path, path: Path) -> bool:
    """Whether another command put a stand-in there for as long as it runs."""
    try:
        return is_placeholder(root, path.relative_to(root).as_posix(), path.lstat())
    except FileNotFoundError:
        return True  # it was one, and is gone


def _search(root: Path, *, most: int | None) -> Iterator[Path]:
    """Protected paths; what is inside of one by name is not looked at."""
    count = 0
    waiting = [str(root)]
    while waiting:
        directory = waiting.pop()
        is_top = directory == str(root)
        shape: set[str] = set()
        for entry in _entries(directory):
            count += 1
            if most is not None and count > most:
                raise SandboxUnavailable(
                    f"the workspace {root} holds more than {most} files, too many to watch what a "
                    "command plants among them; use a smaller directory"
                )
            if entry.name in SHAPE:
                shape.add(entry.name)
            if is_protected_name(entry.name, is_top=is_top):
                yield Path(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
        if has_shape_of_repository(frozenset(shape)):
            yield Path(directory)


def _entries(directory: str) -> Iterator[os.DirEntry[str]]:
    """What is in a directory; nothing when it went away or nobody gets into it."""
    try:
        with os.scandir(directory) as entries:
            yield from entries
    except PermissionError:
        yield from _entries_of_closed(Path(directory))
    except OSError:
        return


def _entries_of_closed(directory: Path) -> list[os.DirEntry[str]]:
    """What is in a directory that may be entered and not listed, where a command can hide things."""
    if not directory.stat().st_mode & stat.S_IXUSR:
        return []  # nobody gets into it
    try:
        with open_to_owner(directory), os.scandir(directory) as entries:
            return list(entries)
    except OSError:
        return []  # another user's, so that commands cannot list or change it either
