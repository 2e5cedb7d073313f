"""Long blocking work off the event loop, in a thread that nobody else waits for."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")
_STOP_SECONDS = 3.0


def start_in_own_thread(work: Callable[[], Result], name: str) -> "Future[Result]":
    """Run work in a new daemon thread; the future has its result or its error."""
    future: Future[Result] = Future()

    def run() -> None:
        """Do the work and hand over how it ended."""
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  # it is raised again where it is awaited
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


async def run_fetch(fetch: Callable[[threading.Event], Result]) -> Result:
    """What a blocking fetch gives; cancelling stops it, and it continues next time."""
    stop = threading.Event()
    work = asyncio.wrap_future(start_in_own_thread(lambda: fetch(stop), "loom-llamacpp-fetch"))
    try:
        return await asyncio.shield(work)
    finally:
        stop.set()
        await asyncio.wait({work}, timeout=_STOP_SECONDS)
