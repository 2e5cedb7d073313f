"""The listing that prompts begin with, not made anew for every subtask that starts at the same moment."""

import asyncio
import time
from weakref import WeakKeyDictionary

from loom_core.planning.survey import show_listing
from loom_core.workspace import Workspace

MAX_AGE_SECONDS = 0.2
"""What others than Loom do to the workspace is seen after that; what Loom does, at once."""

_made: WeakKeyDictionary[Workspace, tuple[float, int, str]] = WeakKeyDictionary()
"""When each listing was made, and the workspace's count of changes before that."""


async def recent_listing(workspace: Workspace) -> str:
    """The files of the upper two levels as they are now, or were a moment ago."""
    known = _made.get(workspace)
    if known is not None:
        at, changes, text = known
        if changes == workspace.change_count and time.monotonic() - at < MAX_AGE_SECONDS:
            return text
    at, changes = time.monotonic(), workspace.change_count
    text = await asyncio.to_thread(show_listing, workspace)
    _made[workspace] = (at, changes, text)
    return text
