"""Whose turn it is: commands of one workspace run one after the other, whichever tool runs them."""

import asyncio
from weakref import WeakKeyDictionary

from loom_core.workspace import Workspace

_TURNS = WeakKeyDictionary[Workspace, asyncio.Lock]()


def turn_in(workspace: Workspace) -> asyncio.Lock:
    """The lock that is held while a command runs in a workspace.

    Only then is what differs after a command its own doing, also with parallel subtasks.
    """
    return _TURNS.setdefault(workspace, asyncio.Lock())
