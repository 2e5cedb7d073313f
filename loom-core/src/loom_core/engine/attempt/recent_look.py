"""Looks at the workspace that are not taken anew for every call that begins at the same moment."""

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from loom_core.workspace import Workspace

MAX_AGE_SECONDS = 0.2
"""What others than Loom do to the workspace is seen after that; what Loom does, at once."""
MAX_LISTED_FILES = 60
"""With more files, an argument that must name one is left free."""

T = TypeVar("T")

_Look = Callable[[Workspace], Any]
_taken: WeakKeyDictionary[Workspace, dict[_Look, tuple[float, int, Any]]] = WeakKeyDictionary()
"""When each look was taken, the workspace's count of changes before it, and what was seen."""


async def recent_look(workspace: Workspace, look: Callable[[Workspace], T]) -> T:
    """What a function sees of a workspace now, or saw a moment ago; it runs in a thread.

    Args:
        workspace: what to look at.
        look: a function that lives as long as the workspace; what it gives must not be changed.
    """
    taken = _taken.setdefault(workspace, {})
    if look in taken:
        at, changes, seen = taken[look]
        if changes == workspace.change_count and time.monotonic() - at < MAX_AGE_SECONDS:
            return seen
    at, changes = time.monotonic(), workspace.change_count
    seen = await asyncio.to_thread(look, workspace)
    taken[look] = (at, changes, seen)
    return seen


def first_files(workspace: Workspace) -> list[str]:
    """The first files there are, one more than a schema lists."""
    return [entry.path for entry in itertools.islice(workspace.files(), MAX_LISTED_FILES + 1)]
