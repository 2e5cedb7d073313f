"""Waiting for a server that is busy or loads: what it asks for, else longer and longer with jitter."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from loom_core.errors import ModelLoading, ModelNotLoaded, ModelOverloaded

T = TypeVar("T")

_TRIES = 6
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 30.0
_LONGEST_LOADING_WAIT_SECONDS = 5.0
_LONGEST_OBEYED_SECONDS = 120.0


async def with_backoff(call: Callable[[], Awaitable[T]], *, load_timeout_seconds: float) -> T:
    """The call's result, tried again while the server is overloaded; the last error is raised.

    A retry-after of the server is obeyed up to two minutes; a longer one is an answer of its own.
    Loading a model is no overload: it is waited for up to its own limit, then ``ModelNotLoaded``.
    """
    tries = loads = 0
    gives_up_at = time.monotonic() + load_timeout_seconds
    while True:
        try:
            return await call()
        except ModelLoading as loading:
            if time.monotonic() >= gives_up_at:
                raise ModelNotLoaded(
                    f"{loading}; it was waited for {load_timeout_seconds:g} s: look at the server's "
                    "log, or raise load_timeout_seconds of the model"
                ) from loading
            loads += 1
            await asyncio.sleep(min(_wait_seconds(loads), _LONGEST_LOADING_WAIT_SECONDS))
        except ModelOverloaded as busy:
            asked = busy.retry_after_seconds
            tries += 1
            if tries == _TRIES or (asked is not None and asked > _LONGEST_OBEYED_SECONDS):
                raise
            await asyncio.sleep(_wait_seconds(tries - 1) if asked is None else asked)


def _wait_seconds(attempt: int) -> float:
    """Exponential, with jitter so that waiting subtasks do not come back together."""
    longest = min(_FIRST_WAIT_SECONDS * 2.0**attempt, _LONGEST_WAIT_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load, guards nothing
