"""How a workspace was at one moment, so that what a command changed can be told and undone.

Most of it is one ``stat`` per path. Contents go into the blobs when a path is first seen and when it
changed since, because a command leaves no chance to read what it is about to overwrite. They are not
forced to the disk: they survive a killed process, and a power cut shows as a blob that is not itself.
"""

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from loom_core.errors import PathRefused
from loom_core.types import FileChange, FileType
from loom_core.workspace import scanning
from loom_core.workspace.beneath import open_directory
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.examining import digest_of, link_target, state_beneath
from loom_core.workspace.path_state import ABSENT, NO_CONTENT, PathState, changes_between
from loom_core.workspace.paths import displayed
from loom_core.workspace.scanning import Facts

MAX_KEPT_FILE_BYTES = 16 * 1024 * 1024
"""Larger files are noticed but cannot be restored after a command changed them."""
MAX_KEPT_BYTES = 512 * 1024 * 1024
"""Contents kept for one snapshot, all files together."""

_RACY_NS = 100_000_000
"""A file changed so shortly before it was looked at may change again in the same clock tick."""
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a path and the hash of its content."""

    facts: Facts
    sha256: str
    """In hex; empty when the content is not kept."""
    is_racy: bool

    @property
    def state(self) -> PathState:
        """What is there."""
        return PathState(self.facts.type, self.sha256, self.facts.mode)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every path at one moment. Made by ``Workspace.snapshot``."""

    paths: Mapping[str, Known]
    is_complete: bool
    """False when there were more paths than are looked at; changes of the rest go unnoticed."""
    write_count: int = 0
    """Writes through the workspace that had begun before it; later ones are known by themselves."""

    @property
    def unkept(self) -> list[str]:
        """The files that could not be restored if something changed them now, by path."""
        return sorted(path for path, known in self.paths.items() if not known.sha256)


class Snapshots:
    """Takes and compares the snapshots of one workspace; what did not change is read once."""

    def __init__(self, root: int, blobs: BlobStore | None) -> None:
        """Use the descriptor of the workspace, and the blobs for contents."""
        self._root = root
        self._blobs = blobs
        self._known: dict[str, Known] = {}
        self._lock = threading.Lock()

    def take(self) -> Snapshot:
        """How every path is now."""
        with self._lock:
            found = scanning.scan(self._root)
            left = MAX_KEPT_BYTES
            now = time.time_ns()
            known = {path: one for path, one in self._known.items() if found.hides(path)}
            for path, facts in found.paths.items():
                known[path] = self._remembered(path, facts, left, now)
                left -= facts.size_bytes if known[path].sha256 else 0
            self._known = known
            return Snapshot(known, found.is_complete)

    def changes_since(self, snapshot: Snapshot) -> list[FileChange]:
        """What differs now, by path."""
        found = scanning.scan(self._root)
        changes: list[FileChange] = []
        for path in sorted(found.paths.keys() | snapshot.paths.keys()):
            if found.hides(path):
                continue  # it may well be as it was
            if not snapshot.is_complete and path not in snapshot.paths:
                continue  # it may have been there all the time
            changes += self._changes(path, snapshot.paths.get(path), found.paths.get(path))
        return changes

    def _remembered(self, path: str, facts: Facts, left: int, now: int) -> Known:
        """The path with its hash: from the last snapshot when it is unchanged, else read and kept."""
        if not facts.type.has_content:
            return Known(facts, NO_CONTENT, is_racy=False)
        last = self._known.get(path)
        if last and last.facts == facts and not last.is_racy:
            return last if facts.size_bytes <= left else Known(facts, "", is_racy=False)
        digest = ""
        if self._blobs is not None and facts.size_bytes <= min(MAX_KEPT_FILE_BYTES, left):
            content = self._read(path, facts)
            digest = "" if content is None else self._blobs.put(content, is_durable=False)
        return Known(facts, digest, is_racy=now - facts.ctime_ns < _RACY_NS)

    def _read(self, path: str, facts: Facts) -> bytes | None:
        """The content of a file or link; None when it changed or went away meanwhile."""
        parent, _, name = path.rpartition("/")
        try:
            directory = open_directory(self._root, parent or ".")
        except (OSError, PathRefused):
            return None
        try:
            if facts.type is FileType.SYMLINK:
                return link_target(directory, name)
            with os.fdopen(os.open(name, _READ, dir_fd=directory), "rb") as file:
                data = file.read(facts.size_bytes + 1)
        except OSError:
            return None
        finally:
            os.close(directory)
        return data if len(data) == facts.size_bytes else None

    def _changes(self, path: str, before: Known | None, after: Facts | None) -> list[FileChange]:
        """What happened to one path; two changes when it is of another type now."""
        if before and before.facts == after and not before.is_racy:
            return []
        state = self._state(path, before, after)
        if before and after and _is_same(before, after, state):
            return []
        name = _named(path)
        found = changes_between(name, before.state if before else ABSENT, state)
        is_kept = name == path and (before is None or bool(before.sha256))
        return [change.model_copy(update={"is_recoverable": is_kept}) for change in found]

    def _state(self, path: str, before: Known | None, facts: Facts | None) -> PathState:
        """What is at a path now; only that it is there when it cannot be read and was touched."""
        if facts is None:
            return ABSENT
        try:
            return state_beneath(self._root, path)
        except (OSError, PathRefused):
            is_untouched = before is not None and _but_mode(before.facts) == _but_mode(facts)
            digest = before.sha256 if before is not None and is_untouched else digest_of(b"")
            return PathState(facts.type, digest, facts.mode)


def _is_same(before: Known, after: Facts, state: PathState) -> bool:
    """Whether a path that looks touched has the same type, content and permission bits."""
    if (before.facts.type, before.facts.mode) != (after.type, after.mode):
        return False
    if before.sha256:
        return before.sha256 == state.sha256
    return before.facts == after


def _but_mode(facts: Facts) -> Facts:
    """The facts that tell whether a content was written, whatever happened to the mode."""
    return replace(facts, mode=0, ctime_ns=0)


def _named(path: str) -> str:
    """The path as text that can be stored: undecodable bytes of a name are escaped."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return displayed(path)
    return path
