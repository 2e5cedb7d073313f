"""How well a tool fits a request, by the words that both use.

A small model asked whether a tool fits says yes, whatever the tool. Words do better: on a public set
of function calls they tell requests that a function fits from others in 96 of 100 pairs, without any
call of a model (``benchmarks/README.md``).
"""

import re
from collections.abc import Iterable
from typing import Any, cast

from loom_core.types import ToolSpec

FITTING = 0.25
"""Below this a tool has nothing to do with a request; 96 of 100 tools that fit are above it."""

_NAME_WEIGHT = 2.0
_PARAMETER_WEIGHT = 0.3
_MOST_NAME_WORDS = 3
_SHORTEST_WORD = 3
_STEM_CHARACTERS = 6
_ENDINGS = ("ing", "ies", "es", "s", "ed", "al", "ation")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")
_COMMON_TEXT = """the a an of to in for and or is are be with on by given this that it as at from what how
    using use me i my can you please find get calculate determine which return returns value values number
    string optional default if not will do does should would between into want need tell has have was
    were been its their there than then more most some any all each other about based provide provided
    specific certain could when where who many much them they your our also may like used per new two
    one"""
_COMMON = frozenset(_COMMON_TEXT.split())
"""Words that say nothing of what a tool is for."""


def relevance(request: str, tool: ToolSpec) -> float:
    """How much of what a tool is called and described by stands in a request; 0 is nothing.

    Words of the name count most, then those of the description, then names, descriptions and
    allowed values of parameters. Words are compared by their stems, in any script that writes words.
    """
    asked = stems(request)
    name = stems(tool.name)
    said = stems(tool.description) - name
    parameters = stems(" ".join(_parameter_texts(tool))) - name - said
    weight = (
        _NAME_WEIGHT * len(asked & name)
        + len(asked & said)
        + _PARAMETER_WEIGHT * len(asked & parameters)
    )
    return weight / (_NAME_WEIGHT * min(len(name), _MOST_NAME_WORDS) + 1)


def _parameter_texts(tool: ToolSpec) -> Iterable[str]:
    """Names, descriptions and allowed values of the parameters."""
    properties = cast("dict[str, object]", tool.parameters.get("properties", {}))
    for name, schema in properties.items():
        yield name
        if isinstance(schema, dict):  # one that allows anything is ``True``
            described = cast("dict[str, Any]", schema)
            yield str(described.get("description", ""))
            yield from map(str, cast("list[object]", described.get("enum", [])))


def stems(text: str) -> set[str]:
    """The telling words of a text, without their endings, for comparing texts by their words."""
    words = (word.lower() for word in _WORD.findall(_HUMP.sub(" ", text).replace("_", " ")))
    return {_stem(word) for word in words if len(word) >= _SHORTEST_WORD and word not in _COMMON}


def _stem(word: str) -> str:
    """The beginning of a word without one common ending."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_WORD:
            return word[: -len(ending)][:_STEM_CHARACTERS]
    return word[:_STEM_CHARACTERS]
