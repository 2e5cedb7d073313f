"""How a workspace was at one moment, so that what a command changed can be told and undone.

Most of it is one ``stat`` per file. Contents of small files are remembered in memory, because a
command leaves no chance to read what it is about to overwrite; they reach the blobs only for files
that really changed. Symbolic links and empty directories are not followed up.
"""

import hashlib
import os
import stat
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from loom_core.types import ChangeKind, FileChange
from loom_core.workspace.beneath import open_for_reading
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.paths import displayed
from loom_core.workspace.placeholders import is_placeholder
from loom_core.workspace.protected import PROTECTED_NAMES

MAX_FILES = 50_000
"""Files that a snapshot looks at; it says when there were more."""
MAX_KEPT_FILE_BYTES = 1024 * 1024
"""Larger files are noticed but cannot be restored."""
MAX_KEPT_BYTES = 64 * 1024 * 1024
"""Contents remembered for one workspace, all files together."""

_RACY_NS = 100_000_000
"""A file changed so shortly before it was looked at may change again in the same clock tick."""
_SKIPPED = frozenset({".git", ".loom"})
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class _FileState:
    """One file as it was; equal states mean an unchanged file unless it was racy."""

    inode: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    mode: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A file's state with its content, if that is remembered."""

    state: _FileState
    content: bytes | None
    is_racy: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every file at one moment. Made by ``Workspace.snapshot``."""

    files: Mapping[str, _Known]
    is_complete: bool
    """False when there were more files than ``MAX_FILES``; changes of the rest go unnoticed."""
    write_count: int = 0
    """Writes through the workspace that had begun before it; later ones are known by themselves."""


class Snapshots:
    """Takes and compares the snapshots of one workspace; what did not change is read once."""

    def __init__(self, root: int, blobs: BlobStore | None) -> None:
        """Use the descriptor of the workspace, and the blobs for what changed."""
        self._root = root
        self._blobs = blobs
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def take(self) -> Snapshot:
        """How every file is now."""
        with self._lock:
            states, is_complete = _scan(self._root)
            left = MAX_KEPT_BYTES
            now = time.time_ns()
            known: dict[str, _Known] = {}
            for path, state in states.items():
                known[path] = self._remembered(path, state, left, now)
                left -= len(known[path].content or b"")
            self._known = known
            return Snapshot(known, is_complete)

    def changes_since(self, snapshot: Snapshot) -> list[FileChange]:
        """What differs now, by path."""
        states, _ = _scan(self._root)
        changes: list[FileChange] = []
        for path in sorted(states.keys() | snapshot.files.keys()):
            if not snapshot.is_complete and path not in snapshot.files:
                continue  # it may have been there all the time
            change = self._change(path, snapshot.files.get(path), states.get(path))
            if change is not None:
                changes.append(change)
        return changes

    def _remembered(self, path: str, state: _FileState, left: int, now: int) -> _Known:
        """The file with its content: from the last snapshot when it is unchanged, else read."""
        last = self._known.get(path)
        if last and last.state == state and not last.is_racy:
            return last if len(last.content or b"") <= left else _Known(state, None, is_racy=False)
        content = None
        if self._blobs is not None and state.size_bytes <= min(MAX_KEPT_FILE_BYTES, left):
            content = self._read(path, state.size_bytes)
        return _Known(state, content, is_racy=now - state.ctime_ns < _RACY_NS)

    def _read(self, path: str, size_bytes: int) -> bytes | None:
        """The content of a file; None when it changed or went away meanwhile."""
        try:
            descriptor = open_for_reading(self._root, path)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(size_bytes + 1)
        return data if len(data) == size_bytes else None

    def _change(
        self, path: str, before: _Known | None, after: _FileState | None
    ) -> FileChange | None:
        """What happened to one path; None when nothing did."""
        if before and before.state == after and not before.is_racy:
            return None
        digest_after = self._digest(path) if after else ""
        if before is None:
            return FileChange(path=_named(path), kind=ChangeKind.CREATED, after=digest_after)
        digest_before = _digest_of(before.content)
        if after and _is_same(before, after, digest_before, digest_after):
            return None
        if before.content is not None and self._blobs is not None:
            self._blobs.put(before.content)
        return FileChange(
            path=_named(path),
            kind=ChangeKind.MODIFIED if after else ChangeKind.DELETED,
            before=digest_before,
            after=digest_after,
            mode=before.state.mode,
            is_recoverable=before.content is not None,
        )

    def _digest(self, path: str) -> str:
        """SHA-256 of a file as it is now; empty when it cannot be read."""
        try:
            descriptor = open_for_reading(self._root, path)
        except OSError:
            return ""
        with os.fdopen(descriptor, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_of(content: bytes | None) -> str:
    """SHA-256 in hex of a remembered content; empty when it was not remembered."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _is_same(before: _Known, after: _FileState, digest_before: str, digest_after: str) -> bool:
    """Whether a file that looks touched has the same content and permission bits."""
    if before.state.mode != after.mode:
        return False
    if before.content is not None:
        return digest_before == digest_after
    return before.state == after


def _named(path: str) -> str:
    """The path as text that can be stored: undecodable bytes of a name are escaped."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return displayed(path)
    return path


def _scan(root: int) -> tuple[dict[str, _FileState], bool]:
    """The state of every plain file, and whether there were no more than ``MAX_FILES``."""
    states: dict[str, _FileState] = {}
    waiting: list[tuple[str, int]] = [("", 0)]
    while waiting:
        prefix, depth = waiting.pop()
        for name, facts in _directory(root, prefix):
            path = prefix + name
            if stat.S_ISDIR(facts.st_mode):
                if name not in _SKIPPED and depth < _MAX_DEPTH:
                    waiting.append((path + "/", depth + 1))
            elif len(states) >= MAX_FILES:
                return states, False
            elif stat.S_ISREG(facts.st_mode) and not _is_stand_in(name, facts):
                states[path] = _FileState(
                    facts.st_ino,
                    facts.st_size,
                    facts.st_mtime_ns,
                    facts.st_ctime_ns,
                    stat.S_IMODE(facts.st_mode),
                )
    return states, True


def _is_stand_in(name: str, facts: os.stat_result) -> bool:
    """Whether a file only stands in for a protected path while a command runs."""
    return name in PROTECTED_NAMES and is_placeholder(facts)


def _directory(root: int, prefix: str) -> list[tuple[str, os.stat_result]]:
    """Names and facts of one directory; none when it cannot be read or went away."""
    found: list[tuple[str, os.stat_result]] = []
    try:
        descriptor = open_for_reading(root, prefix.rstrip("/") or ".")
    except OSError:
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
    finally:
        os.close(descriptor)
    return found
