"""JSON out of what a model wrote: past reasoning and fences, repaired where that is safe."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import cast

from pydantic import JsonValue

from loom_core.dialects.completeness import has_its_end
from loom_core.surrogates import replace_surrogates_in

_REASONING_MARK = re.compile(r"<(/?)(think|thinking|reasoning)>", re.IGNORECASE)
_UNCLOSED_REASONING = re.compile(r"^\s*<(think|thinking|reasoning)>", re.IGNORECASE)
_LONE_REASONING_END = re.compile(r"^.*?</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_BRACKET = re.compile(r"[][{}]")
_FENCE = re.compile(r"```[\w-]*\n(.*?)```", re.DOTALL)

MAX_STARTS = 100
"""Opening braces at which an object is looked for; a hostile text consists of nothing else."""
_MAX_FENCES = 5
_MAX_DEPTH = 50
"""Deeper than any arguments; what is nested deeper could not be validated or stored."""
MAX_REPAIR_CHARACTERS = 20_000
_MAX_REPAIR_DEPTH = 10
_MAX_REPAIR_QUOTES = 2_000
"""The repair takes time that grows with the square of each of these."""


@dataclass(frozen=True, slots=True)
class FoundObject:
    """A JSON object found in a text."""

    value: dict[str, JsonValue]
    was_repaired: bool


def without_reasoning(text: str) -> str:
    """The text without what the model thought aloud, also when only the closing mark is there."""
    text = _without_closed_reasoning(text)
    if _UNCLOSED_REASONING.match(text):
        return ""
    return _LONE_REASONING_END.sub("", text, count=1).strip()


def first_object(text: str, *, may_repair: bool) -> FoundObject | None:
    """The first JSON object in a text, past reasoning, fences and prose; None if there is none.

    Args:
        text: what the model wrote.
        may_repair: whether broken JSON may be mended. Never allow it for an answer that was cut
            off: a repair would invent its end.

    Never raises and takes well under a second, whatever the text: both the places that are tried
    and what is repaired are bounded.
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
    except (ValueError, RecursionError):
        is_whole = has_its_end(text[max(text.find("{"), 0) :])  # else an object inside it is found
        return first_object(text, may_repair=may_repair) if is_whole else None
    found = _as_object(value)
    return FoundObject(found, was_repaired=False) if found is not None else None


def _without_closed_reasoning(text: str) -> str:
    """The text without each span from a mark to the next one that closes it, in one pass."""
    marks = list(_REASONING_MARK.finditer(text))
    last_end = {mark[2].lower(): mark.start() for mark in marks if mark[1]}
    kept: list[str] = []
    start, inside = 0, ""
    for mark in marks:
        kind = mark[2].lower()
        if not inside and not mark[1] and last_end.get(kind, -1) > mark.start():
            kept.append(text[start : mark.start()])
            inside = kind
        elif mark[1] and kind == inside:
            start, inside = mark.end(), ""
    return "".join([*kept, text[start:]])


def _candidates(text: str) -> Iterator[str]:
    """Where an object may stand: the whole text first, then each fenced block."""
    yield text
    for fenced in islice(_FENCE.finditer(text), _MAX_FENCES):
        yield fenced.group(1)


def _objects_in(text: str) -> Iterator[dict[str, JsonValue]]:
    """Every outermost JSON object of a text, strictly parsed, in order."""
    decoder = json.JSONDecoder()
    position = text.find("{")
    for _ in range(MAX_STARTS):
        if position < 0:
            return
        try:
            value, end = decoder.raw_decode(text, position)
        except ValueError:
            end = position + 1
        except RecursionError:
            return  # nested deeper than anything that was asked for
        else:
            found = _as_object(value)
            if found is not None:
                yield found
        position = text.find("{", end)


def _repaired(text: str) -> dict[str, JsonValue] | None:
    """An object out of broken JSON; the caller validates it, since a repair may change a value."""
    start = text.find("{")
    if start < 0 or not _is_quickly_repaired(text[start:]) or not has_its_end(text[start:]):
        return None
    from json_repair import loads  # 130 ms to import and rarely needed

    try:
        value = cast("JsonValue", loads(text[start:]))
    except (ValueError, RecursionError):
        return None
    return _as_object(value) or None


def _is_quickly_repaired(text: str) -> bool:
    """Whether a text is short and flat enough for the repair."""
    if len(text) > MAX_REPAIR_CHARACTERS:
        return False
    if text.count('"') + text.count("'") > _MAX_REPAIR_QUOTES:
        return False
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in "{[" else -1
        if depth > _MAX_REPAIR_DEPTH:
            return False
    return True


def _as_object(value: JsonValue) -> dict[str, JsonValue] | None:
    """A parsed value as an object that can be stored; None if it is none, or nested too deep.

    An escape may stand for half of a character.
    """
    if not isinstance(value, dict) or _is_deeper(value, _MAX_DEPTH):
        return None
    return cast("dict[str, JsonValue]", replace_surrogates_in(value))


def _is_deeper(value: JsonValue, levels: int) -> bool:
    """Whether lists and objects are nested deeper than that."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)
