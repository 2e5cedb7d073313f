"""A limit on work in a thread, which cannot be cancelled from outside and has to look by itself."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class SearchTooSlow(Exception):
    """The deadline is over; what was found before it counts."""


class Deadline:
    """When work in a thread has to end: after some seconds, or at once when nobody waits for it."""

    def __init__(self, seconds: float) -> None:
        """Begin to count."""
        self._end = time.monotonic() + seconds
        self._dropped = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether to stop now."""
        return self._dropped.is_set() or time.monotonic() >= self._end

    def checked(self, question: Callable[[str], bool]) -> Callable[[str], bool]:
        """The same question, which raises ``SearchTooSlow`` instead of an answer when it is over."""

        def asked(what: str) -> bool:
            if self.is_over:
                raise SearchTooSlow
            return question(what)

        return asked

    def drop(self) -> None:
        """Let the work end at its next look."""
        self._dropped.set()


async def in_thread(work: Callable[[Deadline], T], *, seconds: float) -> T:
    """The result of blocking work that keeps to its deadline; a cancellation reaches it too."""
    deadline = Deadline(seconds)
    try:
        return await asyncio.to_thread(work, deadline)
    finally:
        deadline.drop()
