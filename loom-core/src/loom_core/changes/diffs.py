"""Diffs of files, ready to be shown, here or where they were asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileDiff:
    """How one file differs, ready to be shown."""

    path: str
    old_path: str
    """Another path only of a file that was renamed."""
    kind: str
    """``created``, ``modified``, ``deleted`` or ``renamed``."""
    lines: list[str]
    """Without line ends."""
    added: int
    removed: int
    is_binary: bool
    """Whether there are no lines to compare: it is no text, too large, or not kept."""
    is_newer: bool
    """Whether it shows what is there now, since what the task left there is not kept."""


@dataclass(frozen=True, slots=True)
class TaskDiff:
    """What is different because of a task, or a part of that."""

    files: list[FileDiff]
    git: list[str]
    """Paths below ``.git`` that changed; they are git's business and not shown."""
    next_offset: int | None = None
    """Which of the files comes next; None when none does."""

    @property
    def text(self) -> str:
        """All diffs as one, without a line end at its end; empty when there is none."""
        return "\n".join(line for file in self.files for line in file.lines)
