"""Finding the protected paths of a workspace, at any depth and under any name."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
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
    if path.parent != root:
        return False
    try:
        return is_placeholder(root, path.name, path.lstat())
    except FileNotFoundError:
        return True  # it was one, and is gone


def _search(root: Path, *, most: int | None) -> Iterator[Path]:
    """Protected paths; what is inside of one by name is not looked at.

    Directories that are closed to their owner are open for as long as what is in them is looked at.
    """
    count = 0
    waiting: list[str | ExitStack] = [str(root)]
    try:
        while waiting:
            directory = waiting.pop()
            if isinstance(directory, ExitStack):
                directory.close()
                continue
            waiting += _opened(directory)  # which is reached again after all that follows
            shape: set[str] = set()
            for entry in _entries(directory):
                count += 1
                _refuse_too_many(root, count, most)
                if entry.name in SHAPE:
                    shape.add(entry.name)
                if is_protected_name(entry.name, is_top=directory == str(root)):
                    yield Path(entry.path)
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
            if has_shape_of_repository(frozenset(shape)):
                yield Path(directory)
    finally:
        for rest in reversed(waiting):
            if isinstance(rest, ExitStack):
                rest.close()


def _refuse_too_many(root: Path, count: int, most: int | None) -> None:
    """Raise ``SandboxUnavailable`` for more names than are looked at."""
    if most is not None and count > most:
        raise SandboxUnavailable(
            f"the workspace {root} holds more than {most} files, too many to watch what a "
            "command plants among them; use a smaller directory"
        )


def _opened(directory: str) -> list[ExitStack]:
    """What closes a directory again that had to be opened, where a command can hide things; else none."""
    if os.access(
        directory, os.R_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids
    ):
        return []
    opened = ExitStack()
    with suppress(OSError):  # it went away
        opened.enter_context(open_to_owner(Path(directory)))
    return [opened]


def _entries(directory: str) -> Iterator[os.DirEntry[str]]:
    """What is in a directory; nothing when it went away, or is another user's and closed.

    Commands cannot list or change that either.
    """
    try:
        with os.scandir(directory) as entries:
            yield from entries
    except OSError:
        return
