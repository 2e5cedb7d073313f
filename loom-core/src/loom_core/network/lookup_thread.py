"""Waiting for the system's resolver in a thread of its own.

It cannot be interrupted and may take a minute, which would fill the pool that all of Loom shares, and
keep the process from ending.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


async def in_lookup_thread(look_up: Callable[[], Result]) -> Result:
    """What a blocking function gives; if the waiting is cancelled, it goes on for nobody."""
    future: Future[Result] = Future()
    threading.Thread(target=_run, args=(look_up, future), name="lookup", daemon=True).start()
    return await asyncio.wrap_future(future)


def _run(look_up: Callable[[], Result], future: Future[Result]) -> None:
    """Give the result or the error to whoever waits."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(look_up())
    except BaseException as error:  # noqa: BLE001  # it is raised where the result is waited for
        future.set_exception(error)
