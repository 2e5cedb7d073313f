"""Looking at every path of a workspace with one ``stat`` each."""

import contextlib
import os
import stat
from collections import deque
from dataclasses import dataclass

from loom_core.errors import PathRefused
from loom_core.types import FileType
from loom_core.workspace.beneath import open_directory, open_for_reading
from loom_core.workspace.durable import is_temporary, remove_temporary
from loom_core.workspace.git_state import is_git_state
from loom_core.workspace.path_state import file_type, known_mode, parents
from loom_core.workspace.placeholders import is_placeholder

MAX_PATHS = 100_000
"""Files, links and directories that are looked at; what lies deepest is left out first."""

_SKIPPED = frozenset({".loom"})
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Facts:
    """One path as ``stat`` shows it; equal facts mean an unchanged path unless it was racy.

    Only type and mode count of what has no content: what happens inside a directory shows in the
    paths below.
    """

    type: FileType
    mode: int
    inode: int = 0
    size_bytes: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look at every path found."""

    paths: dict[str, Facts]
    is_complete: bool
    """Whether there were no more than ``MAX_PATHS``."""
    closed: frozenset[str]
    """Directories that may not be read: what is below them is not known."""

    def hides(self, path: str) -> bool:
        """Whether a path is below a directory that may not be read."""
        return bool(self.closed) and any(
            above in self.closed for above in parents(path, path.count("/"))
        )


def scan(root: int) -> Scan:
    """The facts of every path.

    Devices are passed over, and of ``.git`` all that is not its state.
    """
    found: dict[str, Facts] = {}
    closed: set[str] = set()
    waiting = deque([("", 0, False)])
    while waiting:
        prefix, depth, is_in_git = waiting.popleft()
        for name, status in _directory(root, prefix, closed):
            path = prefix + name
            facts = _facts(status)
            if facts is None or _is_left_out(root, path, status, is_in_git=is_in_git):
                continue
            if len(found) >= MAX_PATHS:
                return Scan(found, is_complete=False, closed=frozenset(closed))
            if facts.type is FileType.DIRECTORY and depth < _MAX_DEPTH:
                waiting.append((path + "/", depth + 1, is_in_git or name == ".git"))
            if name != ".git":
                found[path] = facts
    return Scan(found, is_complete=True, closed=frozenset(closed))


def _is_left_out(root: int, path: str, status: os.stat_result, *, is_in_git: bool) -> bool:
    """Whether a path is none of a task's: a stand-in, Loom's own, or no state of git."""
    if is_in_git:
        return not is_git_state(path)
    name = path.rpartition("/")[2]
    return name in _SKIPPED or is_temporary(name) or is_placeholder(root, path, status)


def _facts(status: os.stat_result) -> Facts | None:
    """The facts that count; None for a device."""
    mode = known_mode(status.st_mode)
    kind = file_type(status.st_mode)
    if kind is None:
        return None
    if not kind.has_content:
        return Facts(kind, mode)
    if kind is FileType.SYMLINK:
        mode = 0
    times = (status.st_mtime_ns, status.st_ctime_ns)
    return Facts(kind, mode, status.st_ino, status.st_size, *times)


def _directory(
    root: int, prefix: str, closed: set[str] | None = None
) -> list[tuple[str, os.stat_result]]:
    """Names and facts of one directory; none when it went away, or may not be read, which is noted."""
    found: list[tuple[str, os.stat_result]] = []
    try:
        descriptor = open_for_reading(root, prefix.rstrip("/") or ".")
    except PermissionError:
        if closed is not None:
            closed.add(prefix.rstrip("/"))
        return found
    except (OSError, PathRefused):
        return found
    try:
        with os.scandir(descriptor) as names:
            for item in names:
                try:
                    found.append((item.name, item.stat(follow_symlinks=False)))
                except FileNotFoundError:
                    continue  # it went away between listing and looking
    except NotADirectoryError:
        return found
    except PermissionError:  # it may be listed and not entered
        if closed is not None:
            closed.add(prefix.rstrip("/"))
        return []
    finally:
        os.close(descriptor)
    return found


def remove_temporaries(root: int) -> None:
    """Take away what killed writes left anywhere, outside of ``.git``."""
    waiting = deque([("", 0)])
    while waiting:
        prefix, depth = waiting.popleft()
        for name, status in _directory(root, prefix):
            if stat.S_ISDIR(status.st_mode) and name != ".git" and depth < _MAX_DEPTH:
                waiting.append((f"{prefix}{name}/", depth + 1))
            elif stat.S_ISREG(status.st_mode) and is_temporary(name):
                _remove_temporary(root, prefix, name)


def _remove_temporary(root: int, prefix: str, name: str) -> None:
    """Take one away, unless its directory went away meanwhile."""
    with contextlib.suppress(OSError, PathRefused):
        directory = open_directory(root, prefix.rstrip("/") or ".")
        try:
            remove_temporary(directory, name)
        finally:
            os.close(directory)
