"""Where fetched models lie, and which of them are known to be whole."""

import hashlib
import json
import os
import shutil
from pathlib import Path

from loom_core.contracts.model_files import FileState
from loom_providers_llamacpp.catalogue import CatalogueModel


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hex; about a second for 500 MB."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class ModelStore:
    """A directory with one file a model.

    A verified file gets a marker that remembers its hash, size and time of change, so that starting
    up does not read hundreds of megabytes again.
    """

    def __init__(self, directory: Path) -> None:
        """Use a directory; it is made when the first model is fetched."""
        self.directory = directory

    def path_of(self, model: CatalogueModel) -> Path:
        """Where the file of a model is, or will be."""
        return self.directory / model.file

    def partial_of(self, model: CatalogueModel) -> Path:
        """Where the bytes of an unfinished fetch wait to be continued."""
        return self.directory / f"{model.file}.partial"

    def lock_of(self, model: CatalogueModel) -> Path:
        """The file whose lock a process holds while it fetches a model."""
        return self.directory / f"{model.file}.lock"

    def scratch_prefix_of(self, model: CatalogueModel) -> str:
        """How the names of temporary directories of a fetch begin."""
        return f".{model.file}-"

    def remove_leftovers(self, model: CatalogueModel) -> None:
        """Remove temporary directories of a fetch that was killed; the model's lock must be held."""
        for left in self.directory.glob(f"{self.scratch_prefix_of(model)}*"):
            shutil.rmtree(left)

    def has(self, model: CatalogueModel) -> bool:
        """Whether the file is here, was verified, and has not changed since."""
        try:
            marker = json.loads(self._marker_of(model).read_text(encoding="utf-8"))
            return bool(marker == self._facts(model))
        except (OSError, ValueError):
            return False

    def mark_verified(self, model: CatalogueModel) -> None:
        """Remember that the file has the hash of the catalogue."""
        marker = self._marker_of(model)
        fresh = marker.with_suffix(".new")
        fresh.write_text(json.dumps(self._facts(model)), encoding="utf-8")
        fresh.replace(marker)

    def state_of(self, model: CatalogueModel) -> FileState:
        """What is here of a model; looks, and hashes nothing."""
        if self.path_of(model).is_file():
            return FileState.VERIFIED if self.has(model) else FileState.UNVERIFIED
        return FileState.PARTIAL if self.partial_of(model).is_file() else FileState.ABSENT

    def present_bytes(self, model: CatalogueModel) -> int:
        """Bytes of a model that are here, whole or not."""
        paths = (self.path_of(model), self.partial_of(model))
        return sum(path.stat().st_size for path in paths if path.is_file())

    def remove(self, model: CatalogueModel) -> int:
        """Delete all that is here of a model, and give the freed bytes; its lock must be held."""
        freed = self.present_bytes(model)
        self.remove_leftovers(model)
        for path in (self._marker_of(model), self.path_of(model), self.partial_of(model)):
            path.unlink(missing_ok=True)
        return freed

    def _marker_of(self, model: CatalogueModel) -> Path:
        """Where the marker of a model is."""
        return self.directory / f"{model.file}.verified"

    def _facts(self, model: CatalogueModel) -> dict[str, str | int]:
        """What the marker says of the file as it is now."""
        found = self.path_of(model).stat()
        return {"sha256": model.sha256, "size": found.st_size, "changed_ns": found.st_mtime_ns}


def sync_directory(directory: Path) -> None:
    """Make a rename in a directory survive a power cut, where directories can be synced."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
