"""What a running task has learned, indexed in process: each subtask asks, so asking must cost nothing."""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Sequence

from loom_core.types import MemoryEntry, MemoryKind

FOR_EVERYBODY = frozenset({MemoryKind.DECISION, MemoryKind.ERROR, MemoryKind.USER_INSTRUCTION})
"""Kinds that every subtask of a task is told, whatever it is about."""

_WORD = re.compile(r"\w+")
_STEM_LETTERS = 6
"""Words that begin with the same letters are taken for one: ``create``, ``creates``, ``created``."""
_MAX_BEARERS = 400
"""A word that more entries have tells none of them apart, and is passed over: a bound on the work."""

Load = Callable[[], Awaitable[Sequence[MemoryEntry]]]
"""Gives every entry that the task has in the store, oldest first."""


class TaskMemory:
    """The entries of the task under the present claim, which alone adds to them."""

    def __init__(self, load: Load) -> None:
        """Load with the first use."""
        self._load = load
        self._loading = asyncio.Lock()
        self._is_loaded = False
        self._entries: list[MemoryEntry] = []
        self._for_everybody: list[int] = []
        self._bearers: dict[str, list[int]] = {}

    async def ready(self) -> None:
        """Load what earlier claims left, once. Raises ``StoreError``."""
        if self._is_loaded:
            return
        async with self._loading:
            if not self._is_loaded:
                self._take(await self._load())
                self._is_loaded = True

    async def add(self, entries: Sequence[MemoryEntry]) -> None:
        """Know entries that are on their way into the store."""
        await self.ready()
        self._take(entries)

    async def concerning(self, text: str, *, limit: int, least_shared: int) -> list[MemoryEntry]:
        """Entries that share at least so many words with a text, best first."""
        await self.ready()
        wanted = _stems(text)
        found = self._concerning(text, len(self._entries))
        near = (self._entries[number] for number in found)
        return [one for one in near if len(_stems(one.text) & wanted) >= least_shared][:limit]

    async def recall(self, text: str, *, limit: int) -> list[MemoryEntry]:
        """Entries that concern a text, best first, then the newest of those for everybody."""
        await self.ready()
        found = dict.fromkeys((*self._concerning(text, limit), *self._newest(limit)))
        return [self._entries[number] for number in list(found)[:limit]]

    def _take(self, entries: Sequence[MemoryEntry]) -> None:
        """Index entries."""
        for number, entry in enumerate(entries, len(self._entries)):
            self._entries.append(entry)
            if entry.kind in FOR_EVERYBODY:
                self._for_everybody.append(number)
            for stem in _stems(" ".join((entry.text, *entry.tags))):
                bearers = self._bearers.setdefault(stem, [])
                if len(bearers) <= _MAX_BEARERS:
                    bearers.append(number)

    def _concerning(self, text: str, limit: int) -> list[int]:
        """The entries that share words with a text; rare words weigh more, newer entries win ties."""
        weights: dict[int, float] = {}
        for stem in _stems(text):
            bearers = self._bearers.get(stem, ())
            if not 0 < len(bearers) <= _MAX_BEARERS:
                continue
            weight = math.log(1 + len(self._entries) / len(bearers))
            for number in bearers:
                weights[number] = weights.get(number, 0.0) + weight
        return sorted(weights, key=lambda number: (-weights[number], -number))[:limit]

    def _newest(self, limit: int) -> list[int]:
        """The newest entries for everybody, newest first."""
        return self._for_everybody[: -limit - 1 : -1]


def _stems(text: str) -> set[str]:
    """What a text is found by."""
    return {
        word[:_STEM_LETTERS] if word.isalpha() else word for word in _WORD.findall(text.casefold())
    }
