"""Whose a change is when several write at the same time: each belongs to exactly one of them."""

from collections.abc import Sequence

from loom_core.types import FileChange
from loom_core.workspace.blobs import BlobStore
from loom_core.workspace.path_state import (
    PathState,
    changes_between,
    parents,
    state_after,
    state_before,
)


def beyond(
    found: Sequence[FileChange], recorded: Sequence[FileChange], blobs: BlobStore | None
) -> list[FileChange]:
    """What was found changed, less what others are known to have changed meanwhile.

    Args:
        found: how paths differ from before, whoever made the difference.
        recorded: changes of others in that time, in order.
        blobs: tells whether what others left is kept.
    """
    left = {change.path: change for change in recorded}
    made = {path for change in recorded for path in parents(change.path, change.parents_made)}
    own: list[FileChange] = []
    for change in found:
        if change.path in made and change.kind == "created":
            continue
        theirs = left.get(change.path)
        own += [change] if theirs is None else _since(state_after(theirs), change, blobs)
    return own


def _since(start: PathState, change: FileChange, blobs: BlobStore | None) -> list[FileChange]:
    """The part of a change that came after the path was in a certain state."""
    if start.is_like(state_before(change)):
        return [change]  # they had brought it there before the time that was looked at
    is_kept = start.type is None or (blobs is not None and start.sha256 in blobs)
    return [
        part.model_copy(update={"is_recoverable": is_kept})
        for part in changes_between(change.path, start, state_after(change))
    ]
