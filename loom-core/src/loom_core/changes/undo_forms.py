"""What is asked of an undo and what it tells, here or at a server."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """What is asked for."""

    subtask: str = ""
    """Only what this subtask changed; empty is all."""
    file: str = ""
    """Only this file or directory; empty is all."""
    is_redo: bool = False
    """Take the newest undo back."""
    is_dry_run: bool = False
    """Change nothing."""
    force: bool = False
    """Also overwrite what somebody else changed since."""


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One path that goes back."""

    path: str
    action: Literal["remove", "restore"]
    type: str | None
    current: str
    """SHA-256 of what was there; empty for nothing."""
    restored: str
    """SHA-256 of what comes there; empty for nothing."""


@dataclass(frozen=True, slots=True)
class ToldConflict:
    """One path that somebody else changed since."""

    path: str
    reason: str
    can_force: bool
    diff: list[str] | None
    """What would be lost; None where it cannot be shown."""


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What was found and done; its fields are those of the JSON for programs."""

    task_id: str
    done: bool
    """False when nothing was changed: a dry run, a conflict, or nothing to undo."""
    redo: bool
    interrupted: bool
    """Whether an undo that was killed in the middle was found and left, since this one only looks."""
    finished_interrupted: bool
    """Whether such an undo was brought to its end first."""
    doubtful: list[str]
    """Tools that were cut off by a crash and of which nobody knows what they changed."""
    steps: list[ToldStep]
    conflicts: list[ToldConflict]
    left: list[str]
    """Paths that somebody changed while the undo was at work."""

    @property
    def is_whole(self) -> bool:
        """Whether everything could be put back."""
        return not (self.conflicts or self.left)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.done or self.steps or self.conflicts)
