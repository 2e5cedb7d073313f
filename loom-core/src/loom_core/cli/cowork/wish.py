"""What a command line asks of a session. Imports nothing heavy: a prompt is drawn before the engine is."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wish:
    """Which session is wanted, and how."""

    workspace: Path
    resume: str = ""
    """Id of a session, ``last``, or empty for a new one."""
    model: str = ""
    mode: str = ""
    """An approval mode; empty leaves it to the settings."""
    is_offline: bool = False
