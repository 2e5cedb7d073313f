"""JSON Schemas as models and servers like them: small, plain, without references."""

from collections.abc import Mapping
from typing import cast

from pydantic import JsonValue

_NOISE = frozenset({"title", "default", "$defs"})
"""What a model does not need in order to write arguments; validation still enforces all of it."""
_LONGEST_UNROLLED = 1000
"""Servers turn a length limit into a grammar that grows with it; longer limits are left out."""


def slim_schema(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The same schema without noise: references put in place, ``or null`` and titles left out.

    The docstring of an arguments class goes too: it is for readers of the code.

    Args:
        schema: as ``model_json_schema()`` gives it; where a model holds itself, the inner one
            may be anything.
    """
    definitions = cast("Mapping[str, JsonValue]", schema.get("$defs", {}))
    return cast("dict[str, JsonValue]", _slim(dict(schema), definitions))


def _slim(node: JsonValue, definitions: Mapping[str, JsonValue]) -> JsonValue:
    """One node of a schema."""
    if isinstance(node, list):
        return [_slim(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        rest = {key: value for key, value in node.items() if key != "$ref"}
        meant = cast("dict[str, JsonValue]", definitions.get(name, {}))
        others = {key: value for key, value in definitions.items() if key != name}
        return _slim({**meant, **rest}, others)
    return {
        key: _properties(value, definitions) if key == "properties" else _slim(value, definitions)
        for key, value in _without_null(node).items()
        if not (_is_noise(key, value) or (key == "description" and "properties" in node))
    }


def _properties(node: JsonValue, definitions: Mapping[str, JsonValue]) -> JsonValue:
    """The properties of an object, whose names are not keywords: ``title`` may be one."""
    properties = cast("dict[str, JsonValue]", node)
    return {name: _slim(value, definitions) for name, value in properties.items()}


def _without_null(node: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """A node where ``X or null`` is X: leaving an argument out says the same."""
    choices = node.get("anyOf")
    if not isinstance(choices, list):
        return node
    kept = [choice for choice in choices if choice != {"type": "null"}]
    if len(kept) != 1 or not isinstance(kept[0], dict):
        return node
    return {**kept[0], **{key: value for key, value in node.items() if key != "anyOf"}}


def _is_noise(key: str, value: JsonValue) -> bool:
    """Whether a keyword can be left out: noise, or a length limit that servers choke on."""
    if key in {"maxLength", "maxItems"}:
        return isinstance(value, int) and value > _LONGEST_UNROLLED
    return key in _NOISE or (key == "additionalProperties" and value is False)
