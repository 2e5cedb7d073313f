"""Tells a disk without space from every other failure of a tool: no model can mend it by trying again."""

import errno

from loom_core.errors import DiskFull, ToolFailed

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def refuse_full_disk(tool: str, error: Exception) -> None:
    """Raise ``DiskFull`` when a tool failed because a disk, or a user's share of it, is full.

    The intent of the call stays without a result, so that a resume looks what became of it.
    """
    cause = error.__cause__ if isinstance(error, ToolFailed) else error
    if isinstance(cause, OSError) and cause.errno in _FULL:
        raise DiskFull(
            f"{tool} found no space left on the disk ({error}); free some space, then resume the task"
        ) from error
