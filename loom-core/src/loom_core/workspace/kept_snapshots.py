"""Snapshots on disk: what a process that comes after a crash compares the workspace with."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from loom_core.types import FileType
from loom_core.workspace.scanning import Facts
from loom_core.workspace.snapshot import Known, Snapshot

Key = Sequence[str | int]
"""The id of a task, then what tells its calls apart."""

_FOLDER = "snapshots"


class KeptSnapshots:
    """One file for each call that is at work or was cut off, in a directory for each task."""

    def __init__(self, directory: Path) -> None:
        """Use a directory below that of the blobs, since a snapshot without blobs is worth nothing."""
        self._directory = directory / _FOLDER

    def save(self, key: Key, snapshot: Snapshot) -> None:
        """Keep a snapshot; there is never half a file, unless the machine itself stops."""
        path = self._path(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        rows = {name: _row(known) for name, known in snapshot.paths.items()}
        text = json.dumps({"complete": snapshot.is_complete, "paths": rows}, separators=(",", ":"))
        temporary = path.with_suffix(".tmp")
        with os.fdopen(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as file:
            file.write(text)
        temporary.replace(path)

    def load(self, key: Key) -> Snapshot | None:
        """The snapshot of a key; None when there is none that can be read."""
        return _loaded(self._path(key))

    def delete(self, key: Key) -> None:
        """Keep it no longer."""
        self._path(key).unlink(missing_ok=True)

    def contents(self, task_ids: Iterable[str]) -> set[str]:
        """The hashes of all contents that the snapshots of these tasks need."""
        return {
            known.sha256
            for task_id in task_ids
            for path in (self._directory / _hashed(task_id)).glob("*.json")
            if (snapshot := _loaded(path)) is not None
            for known in snapshot.paths.values()
        }

    def delete_others(self, task_ids: Iterable[str]) -> None:
        """Keep the snapshots of these tasks only."""
        wanted = {_hashed(task_id) for task_id in task_ids}
        if self._directory.is_dir():
            for folder in self._directory.iterdir():
                if folder.name not in wanted and folder.is_dir():
                    shutil.rmtree(folder)

    def _path(self, key: Key) -> Path:
        """Where the snapshot of a key is."""
        return self._directory / _hashed(key[0]) / f"{_hashed(*key[1:])}.json"


def _hashed(*parts: str | int) -> str:
    """A file name for any texts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _row(known: Known) -> list[str | int]:
    """One path as JSON."""
    facts = known.facts
    numbers = (facts.mode, facts.inode, facts.size_bytes, facts.mtime_ns, facts.ctime_ns)
    return [facts.type.value, *numbers, known.sha256, int(known.is_racy)]


def _loaded(path: Path) -> Snapshot | None:
    """The snapshot in a file; None when it is missing or damaged."""
    try:
        said = json.loads(path.read_text())
        paths = {
            name: Known(Facts(FileType(kind), *numbers), sha256, is_racy=bool(racy))
            for name, (kind, *numbers, sha256, racy) in said["paths"].items()
        }
        return Snapshot(paths, is_complete=bool(said["complete"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
