"""Noticing that a model goes in circles: the same call on the same state of the workspace."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import IntEnum

from pydantic import JsonValue

from loom_core.types import Evidence, VerdictStatus

MAX_FRUITLESS_CHANGES = 3
"""Changes in a row after which the checks still say the same."""


class Repetition(IntEnum):
    """How often the same call was made on an unchanged workspace."""

    FRESH = 0
    NOTICED = 1
    NUDGED = 2
    STALLED = 3


class RepeatedCalls:
    """Counts identical calls between two changes of the workspace and keeps their results."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._counts: Counter[str] = Counter()
        self._results: dict[str, str] = {}

    def look(self, tool: str, arguments: Mapping[str, JsonValue], *, state: int) -> Repetition:
        """Count a call about to be made.

        Args:
            tool: its name.
            arguments: its arguments.
            state: a number that differs whenever the workspace does.
        """
        key = _key(tool, arguments, state)
        seen = self._counts[key]
        self._counts[key] += 1
        return Repetition(min(seen, Repetition.STALLED))

    def keep(self, tool: str, arguments: Mapping[str, JsonValue], text: str, *, state: int) -> None:
        """Keep the result of a call, made on that state, for its repetition."""
        self._results[_key(tool, arguments, state)] = text

    def kept(self, tool: str, arguments: Mapping[str, JsonValue], *, state: int) -> str | None:
        """The result of the same call on the same state; None when it changed the workspace."""
        return self._results.get(_key(tool, arguments, state))


class Progress:
    """Counts changes of the workspace that make no failing check pass."""

    def __init__(self) -> None:
        """Start without any look at the checks."""
        self._last: tuple[VerdictStatus, ...] = ()
        self._fruitless = 0

    def is_stalled(self, evidence: Sequence[Evidence]) -> bool:
        """Take in what the checks say after a change; whether too many changes led nowhere.

        A fresh attempt costs less than a conversation full of the same mistake, which a small
        model goes on to copy.
        """
        now = tuple(item.status for item in evidence)
        is_fruitless = now == self._last and VerdictStatus.FAILED in now
        self._fruitless = self._fruitless + 1 if is_fruitless else 0
        self._last = now
        return self._fruitless >= MAX_FRUITLESS_CHANGES


def _key(tool: str, arguments: Mapping[str, JsonValue], state: int) -> str:
    """Call and state as one text."""
    return f"{state}:{tool}:{json.dumps(arguments, sort_keys=True)}"
