"""What it takes to put files back to how they were, worked out before anything is touched.

``plan_undo`` looks and changes nothing, which is also the dry run. What it gives are changes like any
other: whoever carries them out journals them first, and taking those back is the undo of the undo::

    planned = plan_undo(changes, workspace)
    if planned.is_held_up:
        show(planned.conflicts)
    else:
        for change in planned.changes:
            workspace.carry_out(change)
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from loom_core.errors import PathRefused
from loom_core.types import FileChange, FileType
from loom_core.workspace.git_state import is_git_state, is_in_git
from loom_core.workspace.path_state import (
    ABSENT,
    PathState,
    changes_between,
    parents,
    state_after,
    state_before,
    with_directories,
)
from loom_core.workspace.undo_order import ENTER, READ, in_order, modes_needed
from loom_core.workspace.workspace import Workspace

_BY_ANOTHER = "another subtask changed it since"
_BY_SOMEBODY = "somebody else changed it since"
_NOT_KEPT = "its content before was not kept"
_NO_FILE = "it is no plain readable file any more"
_OF_GIT = "it is git's settings or hooks, which undo leaves alone"


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One path that goes back to what it was."""

    path: str
    current: PathState
    """What is there now."""
    restored: PathState
    """What it gets back."""
    covers: tuple[int, ...]
    """The changes that this takes back, as indexes into those that were given."""

    @property
    def is_removal(self) -> bool:
        """Whether nothing was there before, and nothing will be."""
        return self.restored.type is None

    @property
    def changes(self) -> list[FileChange]:
        """What has to be done; nothing when it is as it was already."""
        return changes_between(self.path, self.current, self.restored)


@dataclass(frozen=True, slots=True)
class UndoConflict:
    """One path that cannot go back without losing something, or at all."""

    path: str
    reason: str
    step: UndoStep | None
    """What ``force`` does all the same; None when it cannot be done."""


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What an undo would do, by path."""

    steps: tuple[UndoStep, ...] = ()
    conflicts: tuple[UndoConflict, ...] = ()
    """With force only those that cannot be done at all."""
    is_forced: bool = False
    modes: Mapping[str, int] = field(default_factory=dict[str, int])
    """Permission bits of the user's own files and directories that may have to be widened for it."""

    @property
    def is_held_up(self) -> bool:
        """Whether nothing may be done, because it would lose something."""
        return bool(self.conflicts) and not self.is_forced

    @property
    def changes(self) -> list[FileChange]:
        """What has to be done, in an order in which it can be."""
        return in_order([change for step in self.steps for change in step.changes], self.modes)


def plan_undo(
    changes: Sequence[FileChange],
    workspace: Workspace,
    *,
    chosen: Collection[int] | None = None,
    made: Collection[str] = (),
    force: bool = False,
) -> UndoPlan:
    """What it takes to put every path back to how it was before the first chosen change.

    Args:
        changes: every change of the task that is in force, in the order in which they happened.
        workspace: where they happened; its blobs hold the contents before.
        chosen: indexes of the changes to take back; None takes all. A path that something else
            changed after a chosen change is a conflict.
        made: directories that the task made and that go too when nothing is left in them.
        force: turn the conflicts into steps that overwrite what is there.
    """
    by_path: dict[str, list[tuple[int, FileChange]]] = {}
    for index, change in enumerate(changes):
        for one in with_directories(change):
            by_path.setdefault(one.path, []).append((index, one))
    wanted = set(range(len(changes)) if chosen is None else chosen)
    answers = [_planned(by_path[path], wanted, workspace) for path in sorted(by_path)]
    steps = [answer for answer in answers if isinstance(answer, UndoStep)]
    conflicts = [answer for answer in answers if isinstance(answer, UndoConflict)]
    if force:
        steps += [conflict.step for conflict in conflicts if conflict.step is not None]
        conflicts = [conflict for conflict in conflicts if conflict.step is None]
    steps = _without_filled(steps, made, workspace)
    steps.sort(key=lambda step: step.path)
    needed = modes_needed([change for step in steps for change in step.changes])
    modes = {path: mode for path in needed if (mode := workspace.own_mode(path)) is not None}
    return UndoPlan(tuple(steps), tuple(conflicts), is_forced=force, modes=modes)


def _planned(
    changes: Sequence[tuple[int, FileChange]], chosen: set[int], workspace: Workspace
) -> UndoStep | UndoConflict | None:
    """What to do about the changes of one path; None when none of them was chosen."""
    first = next((index for index, _ in changes if index in chosen), None)
    if first is None:
        return None
    covers = [index for index, _ in changes if index >= first]
    covered = [change for index, change in changes if index >= first]
    path = covered[0].path
    if is_in_git(path) and not is_git_state(path):
        return UndoConflict(path, _OF_GIT, None)
    try:
        current = _current(path, covered[-1], workspace)
    except (PathRefused, OSError):
        return UndoConflict(path, _NO_FILE, None)
    step = UndoStep(path, current, state_before(covered[0]), tuple(covers))
    if not step.changes:
        return replace(step, covers=tuple(index for index in covers if index in chosen))
    reason = _objection(step, covered, workspace)
    if not reason and not set(covers) <= chosen:
        reason = _BY_ANOTHER
    if reason:
        return UndoConflict(path, reason, None if reason == _NOT_KEPT else step)
    return step


def _current(path: str, last: FileChange, workspace: Workspace) -> PathState:
    """What is at a path; as its last change left it where only a mode keeps the owner from looking.

    That is looked at again when the mode is widened, before anything is overwritten.
    """
    try:
        return workspace.state(path)
    except PermissionError:
        own = workspace.own_mode(path)
        above = [workspace.own_mode(one) for one in parents(path, path.count("/"))]
        left = state_after(last)
        if left.type is FileType.FILE and own is not None and not own & READ:
            return replace(left, mode=own)
        if any(mode is not None and ENTER & ~mode for mode in above):
            return left
        raise


def _objection(step: UndoStep, covered: Sequence[FileChange], workspace: Workspace) -> str:
    """Why a path cannot simply go back; empty when it can."""
    if not _is_kept(covered[0], workspace):
        return _NOT_KEPT
    types = {step.current.type, *(change.type for change in covered)}
    if not any(kind and kind.has_content for kind in types):
        return ""  # nothing can be lost: what is in it are other paths
    was_left_alone = all(
        state_after(earlier).is_like(state_before(later)) for earlier, later in pairwise(covered)
    )
    if not was_left_alone or not step.current.is_like(state_after(covered[-1])):
        return _BY_SOMEBODY
    return ""


def _is_kept(first: FileChange, workspace: Workspace) -> bool:
    """Whether the state before the first change can be had."""
    if not first.is_recoverable:
        return False
    before = state_before(first)
    if before.type is None or not before.type.has_content:
        return True
    return workspace.blobs is not None and before.sha256 in workspace.blobs


def _without_filled(
    steps: list[UndoStep], made: Collection[str], workspace: Workspace
) -> list[UndoStep]:
    """The steps without removing directories that hold something else, but with those made on the way."""
    going = {step.path: step for step in steps if step.is_removal}
    for path in made:
        if path not in going and _is_directory(path, workspace):
            going[path] = UndoStep(path, workspace.state(path), ABSENT, ())
    filled: set[str] = set()
    for path in sorted(going, reverse=True):
        if going[path].current.type is FileType.DIRECTORY:
            held = {f"{path}/{name}" for name in workspace.names(path)}
            if held - (going.keys() - filled):
                filled.add(path)
    kept = [step for step in steps if step.path not in filled]
    known = {step.path for step in steps}
    return [*kept, *(going[path] for path in going if path not in known | filled)]


def _is_directory(path: str, workspace: Workspace) -> bool:
    """Whether a directory is there, and no link to one."""
    try:
        return workspace.state(path).type is FileType.DIRECTORY
    except (PathRefused, OSError):
        return False


def directories_made(changes: Sequence[FileChange]) -> set[str]:
    """The directories that these changes made on their way."""
    return {path for change in changes for path in parents(change.path, change.parents_made)}
