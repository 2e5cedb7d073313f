"""Arguments without what a model made up: an optional value that the request does not speak of is left out.

A small model fills in every argument that it is shown. A tool has its own defaults, and they are meant
by whoever does not say anything; so only what can be found in the request is kept.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue

from loom_core.calling.properties import properties_of, required_of
from loom_core.calling.relevance import stems
from loom_core.types import ToolSpec

_NUMBER = re.compile(
    r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(\s*(?:%|per\s?cent))?", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+")
_COUNTS = "zero one two three four five six seven eight nine ten eleven twelve"
_OTHER_NUMBERS = {"once": 1.0, "twice": 2.0, "half": 0.5, "dozen": 12.0, "hundred": 100.0}
_NUMBER_WORDS = {
    word: float(number) for number, word in enumerate(_COUNTS.split())
} | _OTHER_NUMBERS
_SCALES = (1.0, 0.01, 1e3, 1e6, 1e9)
_LONGEST_SHORT_FORM = 4
_PERCENT = re.compile(r"per\s?cent|%", re.IGNORECASE)


class Grounding:
    """What a request says, to compare arguments with."""

    def __init__(self, request: str) -> None:
        """Read the request."""
        self._stems = stems(request)
        self._words = [word.casefold() for word in _WORD.findall(request)]
        self._numbers = {_NUMBER_WORDS[word] for word in self._words if word in _NUMBER_WORDS}
        self._percentages: set[float] = set()
        for digits, percent in _NUMBER.findall(request):
            known = self._percentages if percent else self._numbers
            known.add(float(digits.replace(",", "")))

    def only_said(self, arguments: Mapping[str, JsonValue], tool: ToolSpec) -> dict[str, JsonValue]:
        """The arguments without what nobody spoke of, and percentages as the fractions that they are.

        Required arguments stay whatever they are; of a list with allowed values the members that the
        request speaks of stay, if there are any.
        """
        properties, required = properties_of(tool), required_of(tool)
        kept: dict[str, JsonValue] = {}
        for name, value in arguments.items():
            schema = properties.get(name, {})
            said = self._members_said(value, schema)
            if name in required or self._says(name, said):
                kept[name] = self._fraction(name, said, schema)
        return kept

    def _members_said(self, value: JsonValue, schema: Mapping[str, Any]) -> JsonValue:
        """A list of allowed values without those that nobody spoke of, unless that is all of them."""
        items = cast("object", schema.get("items"))
        if not isinstance(value, list) or not isinstance(items, dict) or "enum" not in items:
            return value
        said = [one for one in value if self._says("", one)]
        return list(dict.fromkeys(map(str, said))) if said else value

    def _says(self, name: str, value: JsonValue) -> bool:
        """Whether the request speaks of a value; of a switch, whether it speaks of its name."""
        if isinstance(value, bool):
            return bool(stems(name) & self._stems)
        if isinstance(value, int | float):
            return self._has_number(value)
        if isinstance(value, str):
            return self._has_text(value)
        if isinstance(value, list):
            return any(self._says(name, one) for one in value)
        return value is not None

    def _has_number(self, value: float) -> bool:
        """Whether a number stands there, in digits, as a word, in percent or in thousands."""
        said = self._numbers | self._percentages
        size = abs(value)
        return any(abs(size - one * scale) <= 1e-9 * size for one in said for scale in _SCALES)

    def _has_text(self, value: str) -> bool:
        """Whether any word of a text stands there, any number in it, or what it is short for."""
        if stems(value) & self._stems:
            return True
        words = [word.casefold() for word in _WORD.findall(value)]
        return any(word in self._words for word in words) or any(
            len(word) <= _LONGEST_SHORT_FORM
            and any(_is_short_for(word, one) for one in self._words)
            for word in words
        )

    def _fraction(self, name: str, value: JsonValue, schema: Mapping[str, Any]) -> JsonValue:
        """``5 %`` as 0.05 where a fraction is wanted, unless the argument speaks of percent itself."""
        if schema.get("type") != "number" or isinstance(value, bool):
            return value
        if not isinstance(value, int | float) or value in self._numbers:
            return value
        speaks_of_percent = _PERCENT.search(f"{name} {schema.get('description', '')}")
        return value / 100 if value in self._percentages and not speaks_of_percent else value


def _is_short_for(short: str, word: str) -> bool:
    """Whether the letters of a short form stand in a word in their order, the first one first."""
    letters = iter(word)
    return word.startswith(short[:1]) and all(letter in letters for letter in short)
