"""A model's file while it is being put together: hashed as it grows, continued after an interruption."""

import hashlib
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from loom_providers_llamacpp.catalogue import CatalogueModel
from loom_providers_llamacpp.failures import SourceFailed
from loom_providers_llamacpp.store import ModelStore, sync_directory

_CHUNK_BYTES = 1 << 20


class Assembly:
    """The partial file of one model. Whoever made it holds the model's lock.

    Every source gives the same bytes, so what one source began another may continue.
    """

    def __init__(self, model: CatalogueModel, store: ModelStore) -> None:
        """Open the partial file, or begin one."""
        self.model = model
        self._store = store
        self._path = store.partial_of(model)
        self._path.touch()
        self._file = self._path.open("r+b")
        self._digest = hashlib.sha256()
        self._position = 0
        self._truncate(min(self._path.stat().st_size, model.size_bytes))

    def __enter__(self) -> Self:
        """Itself; leaving closes the file and keeps what was written."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    @property
    def position(self) -> int:
        """Bytes that are there."""
        return self._position

    def scratch(self) -> tempfile.TemporaryDirectory[str]:
        """A directory on the same disk that is removed after use, at the latest by the next fetch."""
        return tempfile.TemporaryDirectory(
            dir=self._store.directory, prefix=self._store.scratch_prefix_of(self.model)
        )

    def continue_at(self, position: int) -> None:
        """Keep the first bytes, drop the rest, and write there from now on."""
        if position != self._position:
            self._truncate(position)

    def _truncate(self, position: int) -> None:
        """Hash the bytes that stay, because a hash cannot be taken back."""
        self._digest = hashlib.sha256()
        self._file.seek(0)
        left = position
        while left > 0 and (chunk := self._file.read(min(left, _CHUNK_BYTES))):
            self._digest.update(chunk)
            left -= len(chunk)
        self._position = position - left
        self._file.seek(self._position)
        self._file.truncate()

    def write(self, chunk: bytes) -> None:
        """Add bytes. Raises ``SourceFailed`` for more of them than the model has."""
        if self._position + len(chunk) > self.model.size_bytes:
            self.continue_at(0)
            raise SourceFailed(f"it sent more than the {self.model.size_bytes:,} bytes expected")
        self._file.write(chunk)
        self._digest.update(chunk)
        self._position += len(chunk)

    def finish(self) -> Path:
        """Verify the bytes and put the file in its place, all or nothing.

        Raises ``SourceFailed`` with both hashes when they are not the model's; they are then gone.
        """
        found = self._digest.hexdigest()
        if found != self.model.sha256:
            self.continue_at(0)
            self._path.unlink()
            raise SourceFailed(
                f"wrong bytes: SHA-256 is {found}, expected {self.model.sha256}; they were removed"
            )
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()  # Windows replaces no open file
        target = self._store.path_of(self.model)
        self._path.replace(target)
        sync_directory(self._store.directory)
        self._store.mark_verified(self.model)
        return target
