"""What is at a path at one moment, and the changes that lead from one state to another."""

import hashlib
import stat
from dataclasses import dataclass

from loom_core.types import ChangeKind, FileChange, FileType

NO_CONTENT = hashlib.sha256(b"").hexdigest()
"""SHA-256 of no bytes: that of an empty file, and what stands for the content of what has none."""
_TYPES = {
    stat.S_IFREG: FileType.FILE,
    stat.S_IFLNK: FileType.SYMLINK,
    stat.S_IFDIR: FileType.DIRECTORY,
    stat.S_IFIFO: FileType.PIPE,
    stat.S_IFSOCK: FileType.SOCKET,
}


@dataclass(frozen=True, slots=True)
class PathState:
    """What is at a path."""

    type: FileType | None
    """None when nothing is there."""
    sha256: str = ""
    """Of a file's bytes or of where a link leads, in hex; empty when it is not known."""
    mode: int = 0
    """As ``known_mode`` gives it; 0 when it does not matter or is not known."""

    def is_like(self, other: "PathState") -> bool:
        """Whether both are the same, as far as both are known."""
        modes = {self.mode, other.mode}
        return (self.type, self.sha256) == (other.type, other.sha256) and (
            len(modes) == 1 or 0 in modes
        )


ABSENT = PathState(None)


def file_type(st_mode: int) -> FileType | None:
    """The type of what is there; None for a device."""
    return _TYPES.get(stat.S_IFMT(st_mode))


def known_mode(st_mode: int) -> int:
    """Permission bits; where there are none the bits of the type, since 0 is for what is not known."""
    return stat.S_IMODE(st_mode) or st_mode


def state_before(change: FileChange) -> PathState:
    """What was there before a change."""
    if change.kind is ChangeKind.CREATED:
        return ABSENT
    return PathState(change.type, change.before, change.mode)


def state_after(change: FileChange) -> PathState:
    """What a change left there."""
    if change.kind is ChangeKind.DELETED:
        return ABSENT
    return PathState(change.type, change.after, change.mode_after)


def changes_between(path: str, before: PathState, after: PathState) -> list[FileChange]:
    """The changes that turn one state into another; two when the type differs, none when nothing does."""
    if before.is_like(after):
        return []
    if before.type is not None and after.type is not None and before.type is not after.type:
        return [*changes_between(path, before, ABSENT), *changes_between(path, ABSENT, after)]
    kind = ChangeKind.MODIFIED
    if before.type is None:
        kind = ChangeKind.CREATED
    elif after.type is None:
        kind = ChangeKind.DELETED
    return [
        FileChange(
            path=path,
            kind=kind,
            before=before.sha256,
            after=after.sha256,
            mode=before.mode,
            mode_after=after.mode,
            type=before.type or after.type or FileType.FILE,
        )
    ]


def with_directories(change: FileChange) -> list[FileChange]:
    """A change after those of the directories that were made for it, the outermost first."""
    made = [
        FileChange(path=path, kind=ChangeKind.CREATED, after=NO_CONTENT, type=FileType.DIRECTORY)
        for path in reversed(parents(change.path, change.parents_made))
    ]
    return [*made, change]


def parents(relative: str, count: int) -> list[str]:
    """So many of the directories above a path, the nearest first."""
    found: list[str] = []
    parent = relative.rpartition("/")[0]
    while parent and len(found) < count:
        found.append(parent)
        parent = parent.rpartition("/")[0]
    return found


def inverse(change: FileChange) -> list[FileChange]:
    """The changes that take a change back."""
    return changes_between(change.path, state_after(change), state_before(change))
