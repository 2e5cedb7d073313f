"""Values that a goal states for the keys of a settings file, such as ``port = 8080``.

===============================================  ==========================
``set [the] KEY [setting] [from X] to VALUE``    English; also change, update …
``"KEY" set to VALUE``, ``"KEY" with value V``   English
``KEY = VALUE``                                  any language
``KEY is [the string] VALUE``                    English
``KEY: VALUE, KEY: VALUE`` (two or more)         any language
===============================================  ==========================

A value is a quoted text, a whole or decimal number, a version or an address in numbers, or true or false.
Bare words are none, except in the last shape: they may as well describe (``set the title to uppercase``).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

SETTINGS_EXTENSIONS = frozenset(
    {"json", "toml", "yaml", "yml", "ini", "cfg", "conf", "env", "properties"}
)

_KEY = r"[\"'`]?(?P<key>[A-Za-z_][\w.-]*)[\"'`]?"
_VALUE = (
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`|\d+(?:\.\d+){2,}(?![\w%/:-])"
    r"|-?\d+(?:\.\d+)?(?![\w%/:-]|\.\d)|(?:true|false)\b)"
    r"(?!\s*(?:seconds?|minutes?|hours?|days?|percent|times|or|\+|\*)\b)"
)
_NO_KEY = (
    r"(?:it|that|this|which|there|he|she|what|name|value|result|output|input|answer|sum|total|list|lists|keys?|fields?"
    r"|following|contents?|values|items?|entry|entries|elements?|index|length|number|rows?|columns?|lines?|note|example|each|one|text|title)\b"
)
"""Words before *is* or a colon that introduce or point, and are no keys unless something quotes them."""
_KIND = r"(?:the\s+(?:string|text|word|number|boolean|value)\s+)?"
_SHAPES = (
    re.compile(
        r"\b(?:set|change|update|increase|decrease|raise|lower|reduce|switch)\s+(?:the\s+)?"
        rf"(?:value\s+(?:of|for)\s+)?(?:key\s+|setting\s+|option\s+)?{_KEY}"
        rf"(?:\s+(?:setting|option|value|key|field))?(?:\s+from\s+\S+)?\s+to\s+{_VALUE}",
        re.IGNORECASE,
    ),
    re.compile(
        r"[\"'`](?P<key>[A-Za-z_][\w.-]*)[\"'`]\s+(?:is\s+)?"
        rf"(?:set\s+to|equal\s+to|with\s+(?:the\s+)?value(?:\s+of)?)\s+{_VALUE}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![\w\"'`.]){_KEY}\s*=\s*{_VALUE}", re.IGNORECASE),
    re.compile(
        rf"(?<![\w\"'`.])(?!{_NO_KEY}){_KEY}\s+is\s+(?:set\s+to\s+)?{_KIND}{_VALUE}",
        re.IGNORECASE,
    ),
)
_PAIR = re.compile(
    rf"(?<![\w\"'`./])(?!{_NO_KEY}){_KEY}:\s+(?:{_VALUE}|(?P<word>[A-Za-z][\w-]*)(?=\s*(?:[,.;)]|$|and\b)))",
    re.IGNORECASE,
)
_LEAST_PAIRS = 2
"""One pair alone may be a word and what it introduces, such as ``colours: red``."""


@dataclass(frozen=True, slots=True)
class StatedValue:
    """One key with the value it must have."""

    key: str
    value: str | int | float | bool

    def as_expected(self) -> str:
        """The form that the check ``setting_equals`` reads: the value as JSON."""
        return f"{self.key} = {json.dumps(self.value, ensure_ascii=False)}"


def stated_values(text: str) -> list[StatedValue]:
    """The keys and values of a sentence, each key once; empty when one key gets two values."""
    found = list(dict.fromkeys(_find(text)))
    keys = [stated.key for stated in found]
    return found if len(set(keys)) == len(keys) else []


def _find(text: str) -> Iterator[StatedValue]:
    """Every stated value, shape by shape."""
    for shape in _SHAPES:
        for match in shape.finditer(text):
            yield StatedValue(match["key"], _literal(match["value"]))
    pairs = list(_PAIR.finditer(text))
    if len(pairs) >= _LEAST_PAIRS:
        for match in pairs:
            yield StatedValue(match["key"], match["word"] or _literal(match["value"]))


def _literal(text: str) -> str | int | float | bool:
    """The value that a piece of text stands for."""
    if text[0] in "\"'`":
        return text[1:-1]
    if text.count(".") > 1:
        return text
    return json.loads(text.lower())
