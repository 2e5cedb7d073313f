"""What a source of model files does."""

from abc import ABC, abstractmethod

from loom_providers_llamacpp.assembly import Assembly
from loom_providers_llamacpp.progress import FetchProgress


class Source(ABC):
    """One place that has the bytes of a model."""

    label: str
    """For the user: what kind of place it is."""
    scratch_bytes: int = 0
    """Disk space it needs beside the file itself while it works."""

    @abstractmethod
    def fetch(self, assembly: Assembly, progress: FetchProgress) -> None:
        """Add the bytes that are missing, from where the assembly is.

        Blocks. Raises ``SourceFailed`` when it cannot, keeping what it wrote, and ``FetchStopped``
        within about a second of a cancel.
        """
