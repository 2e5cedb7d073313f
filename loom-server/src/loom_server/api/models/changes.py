"""What tasks changed, and taking it back."""

from typing import Literal

from loom_core.types import ChangeKind, FileChange, FileType
from loom_server.api.models.forms import Name, Received, Sent, ShortText


class ChangeView(Sent):
    """The net change of one path."""

    path: str
    """Relative to the workspace."""
    kind: ChangeKind
    type: FileType
    before: str
    """SHA-256 of the content before; empty when nothing was there."""
    after: str
    """SHA-256 of the content after; empty when nothing is there."""
    mode: int
    """Permission bits before; 0 when nothing was there."""
    mode_after: int
    is_recoverable: bool
    """False when undo cannot restore what was there before."""
    by_command: bool
    """Whether a command made it, not a model that wrote the content out."""
    parents_made: int
    """How many directories above it were made for it."""

    @classmethod
    def of(cls, change: FileChange) -> "ChangeView":
        """The view of a change."""
        return cls.model_validate(change)


class Changes(Sent):
    """What is different because of a task; what was undone is left out."""

    task_id: str
    changes: list[ChangeView]


class DiffView(Sent):
    """How one file differs."""

    path: str
    old_path: str
    """Another path only of a file that was renamed."""
    kind: Literal["created", "modified", "deleted", "renamed"]
    lines: list[str]
    """A unified diff, without line ends."""
    added: int
    removed: int
    is_binary: bool
    """Whether there are no lines to compare: it is no text, too large, or not kept."""
    is_newer: bool
    """Whether it shows what is there now, since what the task left there is not kept."""


class DiffPage(Sent):
    """How files differ because of a task; what was undone is left out."""

    task_id: str
    files: list[DiffView]
    git: list[str]
    """Paths below ``.git`` that changed; they are git's business and not shown."""
    next_offset: int | None
    """Ask for the rest with this ``offset``; null when there is none."""


class UndoWish(Received):
    """What is to be taken back."""

    subtask_id: Name = ""
    """Only what this subtask changed; empty is all."""
    file: ShortText = ""
    """Only this file or directory, relative to the workspace; empty is all."""
    redo: bool = False
    """Take the newest undo back instead."""
    dry_run: bool = False
    """Show what would be done and change nothing."""
    force: bool = False
    """Also overwrite what somebody else changed since."""


class UndoStepView(Sent):
    """One path that goes back."""

    path: str
    action: Literal["remove", "restore"]
    type: str | None
    current: str
    """SHA-256 of what is there; empty for nothing."""
    restored: str
    """SHA-256 of what comes there; empty for nothing."""


class UndoConflictView(Sent):
    """One path that somebody else changed since."""

    path: str
    reason: str
    can_force: bool
    diff: list[str] | None
    """What would be lost; null where it cannot be shown."""


class UndoView(Sent):
    """What an undo did, or would do."""

    task_id: str
    done: bool
    """False when nothing was changed: a dry run, a conflict, or nothing to undo."""
    redo: bool
    interrupted: bool
    """Whether an undo that was killed in the middle was found and left: a dry run only looks."""
    finished_interrupted: bool
    """Whether such an undo was brought to its end first."""
    doubtful: list[str]
    """Tools that a crash cut off and of which nobody knows what they changed."""
    steps: list[UndoStepView]
    conflicts: list[UndoConflictView]
    left: list[str]
    """Paths that somebody changed while the undo was at work."""
