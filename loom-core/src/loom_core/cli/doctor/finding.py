"""What one check of this machine found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """Loom works, with less."""
    FAIL = "fail"
    """A goal cannot be run."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    level: Level
    detail: str
    fix: str = ""
    """What to do; empty only when it is ok."""
    command: tuple[str, ...] = ()
    """What follows ``loom`` in the command that does it; empty when only a person can."""
