"""What every server of a process has around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loom_core.sandbox import Bounds


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where servers run, and what they may take of the machine."""

    home: Path
    """Loom's home, below which each gets a directory of its own."""
    environ: Mapping[str, str]
    """The environment of this process, of which a child may inherit some."""
    bounds: Bounds
    """What the processes of one server are stopped for when they take more."""
    is_offline: bool = False
    """Whether nothing may leave this machine."""
