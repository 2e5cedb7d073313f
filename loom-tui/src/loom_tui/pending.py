"""What happened and is not shown yet, pieces of one answer joined."""

import asyncio
from collections import deque

from loom_core.cowork import Heard, Update
from loom_core.events import Event

Shown = Update | str | Event
"""What happens in the session, a word of Loom itself, or what happens in a task that is watched."""


class Pending:
    """A queue in which an answer that comes faster than it is drawn takes one place."""

    def __init__(self) -> None:
        """Nothing happened yet."""
        self._waiting: deque[Shown] = deque()
        self._has_some = asyncio.Event()

    def put(self, shown: Shown) -> None:
        """Add what happened, or let the piece of an answer that is last grow by another."""
        if self._waiting and (joined := _joined(self._waiting[-1], shown)):
            self._waiting[-1] = joined
        else:
            self._waiting.append(shown)
        self._has_some.set()

    async def get(self) -> Shown:
        """What happened first; waits until something did."""
        await self._has_some.wait()
        first = self._waiting.popleft()
        if not self._waiting:
            self._has_some.clear()
        return first


def _joined(one: Shown, other: Shown) -> Heard | None:
    """Two pieces as one; None unless the second goes on with the first."""
    if not (isinstance(one, Heard) and isinstance(other, Heard) and one.turn == other.turn):
        return None
    if type(one.piece) is not type(other.piece):
        return None
    return Heard(one.turn, type(one.piece)(one.piece.text + other.piece.text))
