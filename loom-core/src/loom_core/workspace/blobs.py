"""Contents kept by their hash, outside any workspace: what undo restores from."""

import contextlib
import fcntl
import hashlib
import os
import secrets
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from loom_core.errors import StoreBusy
from loom_core.workspace.durable import replace_file

_DIGEST_CHARACTERS = hashlib.sha256().digest_size * 2
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Blob:
    """One kept content."""

    sha256: str
    size_bytes: int
    used_at: float
    """When it was last kept, in seconds since 1970."""


class BlobStore:
    """Bytes filed under their SHA-256; the same bytes are kept once.

    Several processes may use one directory at the same time; whoever counts on what is kept holds
    ``in_use``, because another process may delete what no task needs any more.
    """

    def __init__(self, directory: Path) -> None:
        """Use a directory, which is made at the first ``put``."""
        self.directory = directory

    def put(self, data: bytes, *, is_durable: bool = True) -> str:
        """Keep these bytes and return their SHA-256 in hex.

        Args:
            data: the bytes.
            is_durable: False survives a killed process and perhaps not a power cut; it takes a
                hundredth of the time.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if _holds(path, len(data)):
            _use_again(path, is_durable=is_durable)
            return digest
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_durable:
            _write(path, data)
            return digest
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
        return len(digest) == _DIGEST_CHARACTERS and self._path(digest).is_file()

    def __iter__(self) -> Iterator[Blob]:
        """Everything that is kept."""
        for folder in sorted(self.directory.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if len(path.name) == _DIGEST_CHARACTERS:
                    facts = path.stat()
                    yield Blob(path.name, facts.st_size, facts.st_mtime)

    def delete(self, digest: str) -> None:
        """Keep these bytes no longer. Only inside ``alone``."""
        self._path(digest).unlink(missing_ok=True)

    @contextlib.contextmanager
    def in_use(self) -> Generator[None]:
        """Nothing that is kept is deleted inside this context."""
        with self._locked("lock", fcntl.LOCK_SH):
            yield

    @contextlib.contextmanager
    def undoing(self) -> Generator[None]:
        """Only one undo is inside this context, and nothing that is kept is deleted.

        Raises:
            StoreBusy: another undo is at work.
        """
        try:
            with self.in_use(), self._locked("undo.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield
        except BlockingIOError as error:
            raise StoreBusy("another undo is at work; try again when it is done") from error

    @contextlib.contextmanager
    def alone(self) -> Generator[None]:
        """Nobody else counts on what is kept inside this context.

        Raises:
            StoreBusy: somebody does, such as a running task.
        """
        try:
            with self._locked("lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield
        except BlockingIOError as error:
            raise StoreBusy(
                "a task or an undo is at work and counts on what is kept; try again when it is done"
            ) from error

    @contextlib.contextmanager
    def _locked(self, name: str, how: int) -> Generator[None]:
        """Hold a lock of the directory; the system lets go of it when the process dies."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

    def _path(self, digest: str) -> Path:
        """Where the bytes of a hash are kept."""
        return self.directory / digest[:2] / digest


def _holds(path: Path, size_bytes: int) -> bool:
    """Whether a file of that size is there; a power cut can leave one that is too short."""
    try:
        return path.stat().st_size == size_bytes
    except FileNotFoundError:
        return False


def _use_again(path: Path, *, is_durable: bool) -> None:
    """Note that a content is needed anew, and have it on the disk where that matters."""
    os.utime(path)
    if is_durable:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write(path: Path, data: bytes) -> None:
    """Put a file in place that is whole or not there, as long as the machine keeps running."""
    temporary = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(temporary, _CREATE, 0o600), "wb") as file:
        file.write(data)
    temporary.rename(path)
