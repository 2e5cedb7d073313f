"""Deleting contents that undo would restore from, by age and by size, and never what is still needed."""

import asyncio
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from loom_core.settings.shape import UndoSettings
from loom_core.store import NeededContents, Store
from loom_core.workspace import Blob, BlobStore, Quarantine
from loom_core.workspace.kept_snapshots import KeptSnapshots

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was deleted, or would be."""

    deleted: int
    deleted_bytes: int
    left: int
    left_bytes: int
    task_ids: tuple[str, ...]
    """Tasks that cannot be undone any more, or not wholly."""
    archives: int = 0
    """Archives of what commands had planted, deleted within the same bounds."""


async def clean(
    store: Store,
    blobs: BlobStore,
    settings: UndoSettings,
    quarantine: Quarantine,
    *,
    is_dry_run: bool = False,
) -> Cleaned:
    """Delete what is too old or too much; contents of unfinished tasks always stay.

    Args:
        store: knows which task needs what.
        blobs: the contents.
        settings: how old and how much, of contents and of archives each.
        quarantine: archives of what commands planted.
        is_dry_run: only tell what would be deleted.

    Raises:
        StoreBusy: a task or an undo is at work and counts on what is kept.
    """
    with blobs.alone():
        needed = await store.needed_contents()
        cleaned = await asyncio.to_thread(_clean, needed, blobs, settings, is_dry_run=is_dry_run)
        archives = await asyncio.to_thread(
            quarantine.clean,
            oldest=time.time() - settings.keep_days * _DAY_SECONDS,
            max_bytes=settings.max_bytes,
            is_dry_run=is_dry_run,
        )
    return replace(cleaned, archives=archives)


def _clean(
    needed: Iterable[NeededContents],
    blobs: BlobStore,
    settings: UndoSettings,
    *,
    is_dry_run: bool,
) -> Cleaned:
    """Choose, delete and tell."""
    needed = list(needed)
    unfinished = [one for one in needed if not one.is_over]
    snapshots = KeptSnapshots(blobs.directory)
    protected = snapshots.contents(one.task_id for one in unfinished)
    protected.update(*(one.sha256s for one in unfinished))
    kept = list(blobs)
    doomed = choose_blobs(
        kept,
        protected=protected,
        useful={sha256 for one in needed for sha256 in one.sha256s},
        oldest=time.time() - settings.keep_days * _DAY_SECONDS,
        max_bytes=settings.max_bytes,
    )
    if not is_dry_run:
        snapshots.delete_others(one.task_id for one in unfinished)
        for blob in doomed:
            blobs.delete(blob.sha256)
    gone = {blob.sha256 for blob in doomed}
    deleted_bytes = sum(blob.size_bytes for blob in doomed)
    return Cleaned(
        deleted=len(doomed),
        deleted_bytes=deleted_bytes,
        left=len(kept) - len(doomed),
        left_bytes=sum(blob.size_bytes for blob in kept) - deleted_bytes,
        task_ids=tuple(one.task_id for one in needed if one.sha256s & gone),
    )


def choose_blobs(
    blobs: Iterable[Blob],
    *,
    protected: Collection[str],
    useful: Collection[str],
    oldest: float,
    max_bytes: int,
) -> list[Blob]:
    """The contents to delete: what is too old, then what is too much, the least needed first.

    Args:
        blobs: all that is kept.
        protected: hashes that stay whatever they take.
        useful: hashes that some task could still be undone with; the others go before them.
        oldest: what was last kept before this goes, in seconds since 1970.
        max_bytes: as much may stay, all together, unless it is protected.
    """
    blobs = list(blobs)
    left_bytes = sum(blob.size_bytes for blob in blobs)
    doomed: list[Blob] = []
    for blob in sorted(blobs, key=lambda blob: (blob.sha256 in useful, blob.used_at)):
        if blob.sha256 in protected:
            continue
        if blob.used_at < oldest or left_bytes > max_bytes:
            doomed.append(blob)
            left_bytes -= blob.size_bytes
    return doomed
