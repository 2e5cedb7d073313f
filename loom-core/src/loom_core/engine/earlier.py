"""What earlier attempts at a subtask left to the next one."""

from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.types import FileChange, Verdict


@dataclass(frozen=True, slots=True)
class EarlierAttempts:
    """Nothing for a first attempt."""

    feedback: Sequence[str] = ()
    """What they were told was wrong, oldest first."""
    verdicts: Sequence[Verdict | None] = ()
    """On each of them, oldest first; None for one that was not verified."""
    changes: Sequence[FileChange] = ()
    """What they changed and was not taken back, in order."""
