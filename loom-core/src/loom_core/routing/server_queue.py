"""The queue before one model server: who gets its next free slot."""

import asyncio
import itertools
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from loom_core.types import Message

MOST_PASSED_OVER = 8
"""So many that came later may be served before one that waits; then it is its turn."""


@dataclass(slots=True, eq=False)
class Turn:
    """A request that waits for a slot of its server, or has one."""

    model: str
    messages: Sequence[Message]
    urgency: int
    number: int
    """Order of arrival."""
    granted: "asyncio.Future[None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    """Done once it has its slot."""
    passed_over: int = 0


class ServerQueue:
    """Hands out the slots of one server; all its models share them.

    First whoever has been passed over too often, so that nobody starves. Then requests to the model
    that was asked last, because loading another one costs more than anything else; among these the
    most urgent; then the one that shares most of its beginning with what was served last, since the
    server still has that computed; then the one that came first.
    """

    def __init__(self) -> None:
        """Start without a slot; ``allow`` brings them."""
        self._slots: dict[str, int] = {}
        self._running: Counter[str] = Counter()
        self._waiting: list[Turn] = []
        self._served: deque[Sequence[Message]] = deque(maxlen=1)
        self._model = ""
        self._numbers = itertools.count()

    def allow(self, model: str, slots: int) -> None:
        """Let so many requests to a model run at once; the server's own are those of the model with most."""
        self._slots[model] = max(slots, self._slots.get(model, 1))
        self._served = deque(self._served, maxlen=self._capacity)

    def line_up(self, model: str, messages: Sequence[Message], *, urgency: int = 0) -> Turn:
        """A place for one request, which must be given up with ``leave`` whatever happens.

        Args:
            model: one that was allowed.
            messages: what will be sent.
            urgency: higher goes first; how much other work waits for this.
        """
        turn = Turn(model, messages, urgency, next(self._numbers))
        self._waiting.append(turn)
        self._hand_out()
        return turn

    def leave(self, turn: Turn) -> None:
        """Give the slot back, or the place in the queue when there was none yet."""
        if turn in self._waiting:
            self._waiting.remove(turn)
        else:
            self._running[turn.model] -= 1
        self._hand_out()

    @property
    def _capacity(self) -> int:
        """How many requests the server works on at once."""
        return max(self._slots.values())

    def _hand_out(self) -> None:
        """Give every free slot to somebody."""
        while self._running.total() < self._capacity:
            may_run = [
                item
                for item in self._waiting
                if self._running[item.model] < self._slots[item.model]
            ]
            if not may_run:
                return
            chosen = self._choose(may_run)
            self._waiting.remove(chosen)
            for item in self._waiting:
                item.passed_over += item.number < chosen.number
            self._running[chosen.model] += 1
            self._model = chosen.model
            self._served.append(chosen.messages)
            # Cancelled but not yet woken: it takes the slot and gives it back when it wakes.
            if not chosen.granted.done():
                chosen.granted.set_result(None)

    def _choose(self, may_run: Sequence[Turn]) -> Turn:
        """Whose turn it is."""
        overdue = [item for item in may_run if item.passed_over >= MOST_PASSED_OVER]
        if overdue:
            return min(overdue, key=lambda item: item.number)
        first = min(self._rank(item) for item in may_run)
        equals = [item for item in may_run if self._rank(item) == first]
        if len(equals) == 1:
            return equals[0]  # comparing conversations costs more than all the rest
        return min(equals, key=lambda item: (-self._shared_turns(item), item.number))

    def _rank(self, item: Turn) -> tuple[bool, int]:
        """What sorts requests before anything is said of their conversations."""
        return item.model != self._model, -item.urgency

    def _shared_turns(self, item: Turn) -> int:
        """How many turns a request's beginning has in common with what was served last."""
        return max((_common(item.messages, served) for served in self._served), default=0)


def _common(left: Sequence[Message], right: Sequence[Message]) -> int:
    """How many of the first turns are the same."""
    pairs = enumerate(zip(left, right, strict=False))
    return next(
        (index for index, (one, other) in pairs if one != other), min(len(left), len(right))
    )
