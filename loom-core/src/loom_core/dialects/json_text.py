"""JSON out of what a model wrote: past reasoning and fences, repaired where that is safe."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

_REASONING = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_UNCLOSED_REASONING = re.compile(r"^\s*<(think|thinking|reasoning)>", re.IGNORECASE)
_LONE_REASONING_END = re.compile(r"^.*?</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[\w-]*\n(.*?)```", re.DOTALL)
_MAX_REPAIR_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class FoundObject:
    """A JSON object found in a text."""

    value: dict[str, JsonValue]
    was_repaired: bool


def without_reasoning(text: str) -> str:
    """The text without what the model thought aloud, also when only the closing mark is there."""
    text = _REASONING.sub("", text)
    if _UNCLOSED_REASONING.match(text):
        return ""
    return _LONE_REASONING_END.sub("", text, count=1).strip()


def first_object(text: str, *, may_repair: bool) -> FoundObject | None:
    """The first JSON object in a text, past reasoning, fences and prose; None if there is none.

    Args:
        text: what the model wrote.
        may_repair: whether broken JSON may be mended. Never allow it for an answer that was cut
            off: a repair would invent its end.
    """
    answer = without_reasoning(text)
    for candidate in _candidates(answer):
        for value in _objects_in(candidate):
            return FoundObject(value, was_repaired=False)
    if may_repair:
        for candidate in _candidates(answer):
            value = _repaired(candidate)
            if value is not None:
                return FoundObject(value, was_repaired=True)
    return None


def parse_object(text: str, *, may_repair: bool) -> FoundObject | None:
    """A text that should be one JSON object as a whole, such as the arguments of a call."""
    if not text.strip():
        return FoundObject({}, was_repaired=False)
    try:
        value = json.loads(text)
    except ValueError:
        return first_object(text, may_repair=may_repair)
    if not isinstance(value, dict):
        return None
    return FoundObject(cast("dict[str, JsonValue]", value), was_repaired=False)


def _candidates(text: str) -> Iterator[str]:
    """Where an object may stand: the whole text first, then each fenced block."""
    yield text
    for fenced in _FENCE.finditer(text):
        yield fenced.group(1)


def _objects_in(text: str) -> Iterator[dict[str, JsonValue]]:
    """Every outermost JSON object of a text, strictly parsed, in order."""
    decoder = json.JSONDecoder()
    position = text.find("{")
    while position >= 0:
        try:
            value, end = decoder.raw_decode(text, position)
        except ValueError:
            end = position + 1
        else:
            if isinstance(value, dict):
                yield cast("dict[str, JsonValue]", value)
        position = text.find("{", end)


def _repaired(text: str) -> dict[str, JsonValue] | None:
    """An object out of broken JSON; the caller validates it, since a repair may change a value."""
    start = text.find("{")
    if start < 0 or len(text) > _MAX_REPAIR_CHARACTERS:
        return None
    from json_repair import loads  # 130 ms to import and rarely needed

    value = loads(text[start:])
    return cast("dict[str, JsonValue]", value) if isinstance(value, dict) and value else None
