"""Taking back what a task, a subtask or one file's changes did.

``plan(changes, workspace)`` looks and changes nothing, which is also the dry run; ``apply(plan,
workspace)`` does it and returns what it did as changes, so that undo can be undone::

    planned = undo.plan(changes, workspace)
    if planned.conflicts and not force:
        show(planned.conflicts)
    done = undo.apply(planned, workspace, force=force)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from loom_core.errors import ConflictFound, PathRefused
from loom_core.types import FileChange
from loom_core.workspace.paths import displayed
from loom_core.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One file that goes back to what it was."""

    path: str
    restored: str
    """SHA-256 of the content it gets back; empty when the file is removed."""
    mode: int
    """Permission bits it gets back; 0 when the file is removed."""
    current: str
    """SHA-256 of what is there now; empty when nothing is."""

    @property
    def is_removal(self) -> bool:
        """Whether the file did not exist before and goes away."""
        return not self.restored


@dataclass(frozen=True, slots=True)
class UndoConflict:
    """One file that cannot go back without losing something, or at all."""

    path: str
    reason: str
    step: UndoStep | None
    """What ``force`` does all the same; None when it cannot be done."""


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What an undo would do, by path."""

    steps: tuple[UndoStep, ...]
    conflicts: tuple[UndoConflict, ...]


def plan(changes: Sequence[FileChange], workspace: Workspace) -> UndoPlan:
    """What it takes to put every changed file back to how it was before the first change.

    Args:
        changes: in the order they happened; those of other paths or tasks left out.
        workspace: where they happened; its blobs hold the contents before.

    Returns:
        Steps for files that are as the last change left them, conflicts for the others. Files
        that already are as they were before appear in neither.
    """
    by_path: dict[str, list[FileChange]] = {}
    for change in changes:
        by_path.setdefault(change.path, []).append(change)
    answers = [_planned(path, by_path[path], workspace) for path in sorted(by_path)]
    return UndoPlan(
        steps=tuple(answer for answer in answers if isinstance(answer, UndoStep)),
        conflicts=tuple(answer for answer in answers if isinstance(answer, UndoConflict)),
    )


def apply(undo_plan: UndoPlan, workspace: Workspace, *, force: bool = False) -> list[FileChange]:
    """Carry a plan out and return what was changed, to be journalled like any change.

    Args:
        undo_plan: made a moment ago; each file is compared again before it is touched.
        workspace: the same workspace.
        force: also do the conflicts that can be done, overwriting what others changed.

    Raises:
        ConflictFound: without force, when there are conflicts; nothing was changed then. Also
            when a file changed between plan and apply; files before it by path are done.
    """
    if undo_plan.conflicts and not force:
        listed = "; ".join(f"{displayed(c.path)}: {c.reason}" for c in undo_plan.conflicts)
        raise ConflictFound(f"nothing was undone, use force to overwrite: {listed}")
    forced = [conflict.step for conflict in undo_plan.conflicts if conflict.step is not None]
    steps = sorted([*undo_plan.steps, *forced], key=lambda step: step.path)
    return [_applied(step, workspace) for step in steps]


def _planned(
    path: str, changes: Sequence[FileChange], workspace: Workspace
) -> UndoStep | UndoConflict | None:
    """What to do about one path; None when it already is as it was."""
    first, last = changes[0], changes[-1]
    try:
        current = workspace.sha256(path)
    except (PathRefused, OSError):
        return UndoConflict(path, "it is no plain readable file any more", None)
    step = UndoStep(path, first.before, first.mode, current)
    if first.is_recoverable and current == first.before and _has_mode(step, workspace):
        return None
    if not _is_kept(first, workspace):
        return UndoConflict(path, "its content before was not kept", None)
    if current != last.after or _was_changed_between(changes):
        return UndoConflict(path, "somebody else changed it since", step)
    return step


def _has_mode(step: UndoStep, workspace: Workspace) -> bool:
    """Whether the permission bits already are as they were."""
    return step.mode in {0, workspace.permissions(step.path)}


def _is_kept(first: FileChange, workspace: Workspace) -> bool:
    """Whether the state before the first change can be had."""
    if not first.is_recoverable:
        return False
    if not first.before:
        return True
    return workspace.blobs is not None and first.before in workspace.blobs


def _was_changed_between(changes: Sequence[FileChange]) -> bool:
    """Whether a change began from something else than the one before it left."""
    return any(earlier.after != later.before for earlier, later in pairwise(changes))


def _applied(step: UndoStep, workspace: Workspace) -> FileChange:
    """Put one file back."""
    if workspace.sha256(step.path) != step.current:
        raise ConflictFound(f"{displayed(step.path)} changed while it was being undone; try again")
    if step.is_removal:
        return workspace.restore(step.path, None)
    return workspace.restore(step.path, _content(step, workspace), mode=step.mode or None)


def _content(step: UndoStep, workspace: Workspace) -> bytes:
    """The content that a file gets back."""
    if workspace.blobs is None:
        raise ConflictFound(f"no content was kept for {displayed(step.path)}; it stays as it is")
    try:
        return workspace.blobs.get(step.restored)
    except KeyError as error:
        raise ConflictFound(
            f"the kept content of {displayed(step.path)} is missing or damaged; it stays as it is"
        ) from error
