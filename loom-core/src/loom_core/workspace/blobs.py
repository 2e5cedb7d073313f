"""Contents kept by their hash, outside any workspace: what undo restores from."""

import hashlib
import os
from pathlib import Path

from loom_core.workspace.durable import replace_file


class BlobStore:
    """Bytes filed under their SHA-256; the same bytes are kept once.

    Several processes may use one directory at the same time.
    """

    def __init__(self, directory: Path) -> None:
        """Use a directory, which is made at the first ``put``."""
        self.directory = directory

    def put(self, data: bytes) -> str:
        """Keep these bytes durably and return their SHA-256 in hex."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if path.is_file():
            return digest
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            replace_file(folder, path.name, data, 0o600)
        finally:
            os.close(folder)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a hash.

        Raises:
            KeyError: they are not kept, or what is on disk is no longer what was put there.
        """
        path = self._path(digest)
        data = path.read_bytes() if path.is_file() else None
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            raise KeyError(digest)
        return data

    def __contains__(self, digest: str) -> bool:
        return len(digest) == hashlib.sha256().digest_size * 2 and self._path(digest).is_file()

    def _path(self, digest: str) -> Path:
        """Where the bytes of a hash are kept."""
        return self.directory / digest[:2] / digest
