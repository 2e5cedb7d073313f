"""In which order the changes of an undo can be carried out, and which modes it takes meanwhile."""

import stat
from collections.abc import Mapping, Sequence

from loom_core.types import ChangeKind, FileChange, FileType
from loom_core.workspace.path_state import NO_CONTENT, parents

READ = 0o400
"""What the owner needs of a file to look into it."""
ENTER = 0o500
"""What the owner needs of a directory on the way."""
FILL = 0o700
"""What the owner needs of a directory in which a name comes, goes or is replaced."""


def in_order(changes: Sequence[FileChange], modes: Mapping[str, int]) -> list[FileChange]:
    """Changes in an order in which they can be carried out.

    What goes away does so before the directory that it is in; what comes does so after. Where a mode
    keeps its own owner out it is widened first, and directories get the modes they end with last.

    Args:
        changes: of different paths, or a removal and what comes in its place.
        modes: those that ``modes_needed`` asks for, of paths that are there and belong to the user.
    """
    needed = modes_needed(changes)
    opened = {
        path: stat.S_IMODE(mode) | needed[path]
        for path, mode in modes.items()
        if path in needed and needed[path] & ~mode
    }
    own = {change.path: change for change in changes if change.kind is not ChangeKind.CREATED}
    parts = [part for change in changes for part in _parts(change, opened, needed)]
    gone = [part for part in parts if part.kind is ChangeKind.DELETED]
    last = [part for part in parts if _is_of_directory_mode(part)]
    rest = [part for part in parts if part not in gone and part not in last]
    last += [_mode_change(path, opened[path], modes[path]) for path in opened if path not in own]
    return [
        *(_opening(path, modes[path], opened[path], own.get(path)) for path in sorted(opened)),
        *sorted(gone, key=lambda change: change.path, reverse=True),
        *sorted(rest, key=lambda change: (change.type is not FileType.DIRECTORY, change.path)),
        *sorted(last, key=lambda change: change.path, reverse=True),
    ]


def _parts(
    change: FileChange, opened: Mapping[str, int], needed: Mapping[str, int]
) -> list[FileChange]:
    """A change as it is when modes were widened; that of a directory's own mode is a second one."""
    path, mode = change.path, change.mode_after
    if change.kind is not ChangeKind.CREATED and path in opened:
        return [change.model_copy(update={"mode": opened[path]})]
    is_made = change.kind is ChangeKind.CREATED and change.type is FileType.DIRECTORY
    if is_made and mode and needed.get(path, 0) & ~mode:
        wide = stat.S_IMODE(mode) | needed[path]
        return [change.model_copy(update={"mode_after": wide}), _mode_change(path, wide, mode)]
    return [change]


def _is_of_directory_mode(change: FileChange) -> bool:
    """Whether a change gives a directory another mode."""
    return change.type is FileType.DIRECTORY and change.kind is ChangeKind.MODIFIED


def modes_needed(changes: Sequence[FileChange]) -> dict[str, int]:
    """The permission bits that the owner needs of what is changed and of the directories above."""
    needed: dict[str, int] = {}
    for change in changes:
        above = parents(change.path, change.path.count("/"))
        is_entry_kept = is_of_mode_only(change)
        for index, directory in enumerate(above):
            bits = ENTER if index or is_entry_kept else FILL
            needed[directory] = needed.get(directory, 0) | bits
        if change.type is FileType.FILE and change.kind is not ChangeKind.CREATED:
            needed[change.path] = needed.get(change.path, 0) | READ
    return needed


def is_of_mode_only(change: FileChange) -> bool:
    """Whether a change leaves the content, and the name, alone."""
    return change.kind is ChangeKind.MODIFIED and change.before == change.after


def _opening(path: str, mode: int, wide: int, own: FileChange | None) -> FileChange:
    """The change that lets the owner in, before what else happens to the path."""
    if own is not None and own.type is FileType.FILE:
        return _mode_change(path, mode, wide, FileType.FILE, own.before)
    return _mode_change(path, mode, wide)


def _mode_change(
    path: str,
    mode: int,
    mode_after: int,
    kind: FileType = FileType.DIRECTORY,
    content: str = NO_CONTENT,
) -> FileChange:
    """The change of permission bits alone."""
    return FileChange(
        path=path,
        kind=ChangeKind.MODIFIED,
        before=content,
        after=content,
        mode=mode,
        mode_after=mode_after,
        type=kind,
    )
