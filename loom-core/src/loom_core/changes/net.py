"""What a task did to its files in the end, whatever happened in between."""

from collections.abc import Iterable

from loom_core.types import FileChange
from loom_core.workspace.path_state import (
    changes_between,
    state_after,
    state_before,
    with_directories,
)


def net_changes(changes: Iterable[FileChange]) -> list[FileChange]:
    """What differs from before the first of these, in path order.

    One change for each path; two where a file became a link or a directory, or the other way round.
    """
    firsts: dict[str, FileChange] = {}
    lasts: dict[str, FileChange] = {}
    for change in (one for recorded in changes for one in with_directories(recorded)):
        firsts.setdefault(change.path, change)
        lasts[change.path] = change
    return [net for path in sorted(lasts) for net in _merge(firsts[path], lasts[path])]


def _merge(first: FileChange, last: FileChange) -> list[FileChange]:
    """The change from before the first to after the last."""
    kept = {"is_recoverable": first.is_recoverable, "by_command": first.by_command}
    found = changes_between(first.path, state_before(first), state_after(last))
    return [change.model_copy(update=kept) for change in found]
