"""The two versions of a path that a diff compares, from what was kept and what is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loom_core.errors import LoomError
from loom_core.types import ChangeKind, FileChange
from loom_core.workspace import PathState, Workspace
from loom_core.workspace.path_state import state_after, state_before

_SIDE_BYTES = 4 * 1024 * 1024
"""Larger versions are told of by their size alone."""


@dataclass(frozen=True, slots=True)
class Version:
    """One side of a diff."""

    path: str
    state: PathState
    data: bytes | None
    """Its content; None when it is not kept, or too large to be shown."""

    @property
    def text(self) -> str | None:
        """Its content as text; None when it is none, or not known."""
        if self.data is None or b"\0" in self.data:
            return None
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Versions:
    """A path before and after."""

    before: Version
    after: Version
    is_newer: bool = False
    """Whether the side after is what is there now, since what the task left there is not kept."""

    @property
    def path(self) -> str:
        """The path after, which is another one only of a file that was renamed."""
        return self.after.path


def versions_of(
    changes: Sequence[FileChange], workspace: Workspace, *, offset: int = 0
) -> Iterator[Versions]:
    """The two versions of every changed file and link, by path; renamed files are one.

    What has no content is left out. Each is read when it is asked for, and those before the offset are not.
    """
    shown = [change for change in changes if change.type.has_content]
    gone = {c.before: c for c in shown if c.kind is ChangeKind.DELETED and c.before}
    renamed: dict[str, FileChange] = {}
    for change in shown:
        if change.kind is ChangeKind.CREATED and change.after in gone:
            renamed[change.path] = gone.pop(change.after)
    sources = {change.path for change in renamed.values()}
    told = [c for c in shown if not (c.path in sources and c.kind is ChangeKind.DELETED)]
    for change in told[offset:]:
        yield _versions(renamed.get(change.path, change), change, workspace)


def current_and_restored(
    path: str, current: PathState, restored: PathState, workspace: Workspace
) -> Versions:
    """What is there, and what an undo would put there."""
    data = _current(path, workspace) if current.type else b""
    return Versions(Version(path, current, data), _kept(path, restored, workspace))


def _versions(first: FileChange, last: FileChange, workspace: Workspace) -> Versions:
    """From before one change to after another, which are the same unless it was renamed."""
    before = _kept(first.path, state_before(first), workspace)
    wanted = state_after(last)
    if wanted.type is None:
        return Versions(before, Version(last.path, wanted, b""))
    try:
        now = workspace.state(last.path)
    except (LoomError, OSError):
        now = PathState(None)
    if now.is_like(wanted):
        return Versions(before, Version(last.path, wanted, _current(last.path, workspace)))
    kept = _kept(last.path, wanted, workspace)
    if kept.data is not None or now.type is None:
        return Versions(before, kept)
    newer = Version(last.path, now, _current(last.path, workspace))
    return Versions(before, newer, is_newer=True)


def _kept(path: str, state: PathState, workspace: Workspace) -> Version:
    """A version from what was kept; nothing at all is kept of what is not there."""
    if state.type is None:
        return Version(path, state, b"")
    try:
        data = workspace.blobs.get(state.sha256) if workspace.blobs else None
    except (KeyError, OSError):
        data = None
    return Version(path, state, data if data is not None and len(data) <= _SIDE_BYTES else None)


def _current(path: str, workspace: Workspace) -> bytes | None:
    """What is at a path now, a link as the path that it leads to."""
    try:
        return workspace.content(path, max_bytes=_SIDE_BYTES)
    except (LoomError, OSError):
        return None
