"""Where a setting's value came from."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """The kinds of sources, from the weakest to the strongest."""

    DEFAULT = "default"
    PROJECT = "project"
    """``loom.toml`` in the current directory; belongs to whoever wrote the repository."""
    USER = "user"
    """``loom.toml`` in Loom's home directory."""
    CONFIG = "config"
    """The file of ``--config``, read in place of the project's."""
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Origin:
    """Source, and which file or variable of it."""

    source: Source
    where: str = ""
    """Path of the file or name of the variable; empty for defaults and flags."""

    def __str__(self) -> str:
        """For people, such as ``user /home/me/.loom/loom.toml``."""
        return f"{self.source} {self.where}".strip()
