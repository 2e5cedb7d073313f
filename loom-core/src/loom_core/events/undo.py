"""What happens when a user takes back what a task did, or takes that back in turn."""

from loom_core.events.body import EventBody
from loom_core.types import FileChange

ChangeKey = tuple[int, int]
"""A recorded change: the sequence of the event that says so, and its place in it."""


class UndoStarted(EventBody):
    """The intent: files are about to be put back. Every undo has it, and every undo of an undo."""

    changes: tuple[FileChange, ...]
    """What is about to be done, in this order."""
    taken_back: tuple[ChangeKey, ...]
    """The recorded changes that are undone by it, or in force again."""
    redoes: int = 0
    """Sequence of the ``ChangesUndone`` that is taken back; 0 for an undo of the task's changes."""

    @property
    def has_effect(self) -> bool:
        """It guards what is done to the workspace."""
        return True


class ChangesUndone(EventBody):
    """Recorded changes were taken back: they count no more."""

    changes: tuple[FileChange, ...]
    """What was done to the workspace."""
    taken_back: tuple[ChangeKey, ...]
    left: tuple[str, ...] = ()
    """Paths that stay as they are: somebody changed them while the undo was at work."""

    @property
    def has_effect(self) -> bool:
        """It tells what was done to the workspace."""
        return True


class ChangesRedone(EventBody):
    """An undo was taken back: what it undid counts again."""

    redoes: int
    """Sequence of the ``ChangesUndone``."""
    changes: tuple[FileChange, ...]
    """What was done to the workspace."""
    taken_back: tuple[ChangeKey, ...]
    """The recorded changes that are in force again."""
    left: tuple[str, ...] = ()
    """Paths that stay as they are: somebody changed them while the undo was at work."""

    @property
    def has_effect(self) -> bool:
        """It tells what was done to the workspace."""
        return True
