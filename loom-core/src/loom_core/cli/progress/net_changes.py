"""What a task did to its files in the end, whatever happened in between."""

from collections.abc import Iterable

from loom_core.types import ChangeKind, FileChange


def net_changes(changes: Iterable[FileChange]) -> list[FileChange]:
    """One change for each path that differs from before the first of these, in path order."""
    firsts: dict[str, FileChange] = {}
    lasts: dict[str, FileChange] = {}
    for change in changes:
        firsts.setdefault(change.path, change)
        lasts[change.path] = change
    merged = (_merge(firsts[path], lasts[path]) for path in sorted(lasts))
    return [change for change in merged if change.before != change.after]


def _merge(first: FileChange, last: FileChange) -> FileChange:
    kind = ChangeKind.MODIFIED
    if not first.before:
        kind = ChangeKind.CREATED
    elif not last.after:
        kind = ChangeKind.DELETED
    return first.model_copy(update={"kind": kind, "after": last.after})
