"""Waiting for a server that is busy: what it asks for, else longer and longer with jitter."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from loom_core.errors import ModelOverloaded

T = TypeVar("T")

_TRIES = 6
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 30.0
_LONGEST_OBEYED_SECONDS = 120.0


async def with_backoff(call: Callable[[], Awaitable[T]]) -> T:
    """The call's result, tried again while the server is overloaded; the last error is raised.

    A retry-after of the server is obeyed up to two minutes; a longer one is an answer of its own.
    """
    for attempt in range(_TRIES):
        try:
            return await call()
        except ModelOverloaded as busy:
            asked = busy.retry_after_seconds
            if attempt == _TRIES - 1 or (asked is not None and asked > _LONGEST_OBEYED_SECONDS):
                raise
            await asyncio.sleep(_wait_seconds(attempt) if asked is None else asked)
    raise AssertionError("unreachable: the last try returns or raises")


def _wait_seconds(attempt: int) -> float:
    """Exponential, with jitter so that waiting subtasks do not come back together."""
    longest = min(_FIRST_WAIT_SECONDS * 2**attempt, _LONGEST_WAIT_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load, guards nothing
