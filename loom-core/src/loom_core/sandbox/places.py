"""How many connections of commands are served at a time, over all commands of this process."""

import asyncio
from weakref import WeakKeyDictionary

IN_ALL = 128
"""A connection holds two or three descriptors, of which a process often has 1,024."""

_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def places() -> asyncio.Semaphore:
    """The places that all commands share which run in this event loop."""
    return _by_loop.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(IN_ALL))
