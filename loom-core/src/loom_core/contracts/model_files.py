"""What a provider implements that keeps the files of models itself, instead of a server."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class FileState(StrEnum):
    """What is on disk of a model."""

    ABSENT = "absent"
    PARTIAL = "partial"
    """An interrupted fetch, which the next one continues."""
    UNVERIFIED = "unverified"
    """A file is there whose hash was never compared, or that has changed since."""
    VERIFIED = "verified"
    """The file is there, and its hash was right when it was last written."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One model that the provider can fetch."""

    name: str
    """What the settings call it."""
    title: str
    """What people call it, with its quantisation."""
    licence: str
    size_bytes: int
    """Of the whole file."""
    present_bytes: int
    """That are on disk."""
    state: FileState
    path: Path
    """Where the file is, or will be."""


class ModelFiles(ABC):
    """The files of one provider. A name that it does not know raises ``ModelNotFound``."""

    @abstractmethod
    def entries(self) -> Sequence[ModelFile]:
        """Every model it can fetch, whether it is there or not; hashes nothing."""

    @abstractmethod
    async def pull(self, name: str) -> Path:
        """Fetch a model, or continue to, and verify it; nothing to do when it is there.

        Progress is said and leave asked through the provider's environment. Cancelling keeps what was
        fetched. Raises ``ModelUnavailable`` with what to do: offline, declined, no space, wrong hash.
        """

    @abstractmethod
    def remove(self, name: str) -> int:
        """Delete the file and what an interrupted fetch left; the bytes that were freed.

        Raises ``UsageError`` while a process uses or fetches it.
        """
