"""JSON Schemas in the subset that every model server takes.

Nested references, patterns and formats make some servers refuse a whole request with HTTP 400, and
llama.cpp refuses a bound of more than a few thousand repetitions. What is dropped here is still
validated by whoever asked.
"""

from typing import Any, cast

from loom_core.errors import RequestRejected

_DROPPED = {
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "default",
    "definitions",
    "examples",
    "format",
    "pattern",
    "title",
}
_NAMED = {"properties", "patternProperties", "dependentSchemas"}
_VERBATIM = {"const", "enum", "required"}
_BOUNDS = {"maxLength", "minLength", "maxItems", "minItems"}
_MAX_BOUND = 2000
_MAX_DEPTH = 32
_MAX_RECENT = 64

_recent: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
"""The schemas of the last requests by their identity, kept alive so that it stays theirs."""


def portable_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with references put in place and without what servers stumble over.

    The order of keys is kept, so equal schemas give equal bytes. Neither the schema nor what is given
    back may be changed: the next request with the same tools gets it again. Raises ``RequestRejected`` when
    it refers to itself or to something that is not there.
    """
    kept = _recent.get(id(schema))
    if kept is not None and kept[0] is schema:
        return kept[1]
    portable = _portable(schema, schema, 0)
    while len(_recent) >= _MAX_RECENT:
        del _recent[next(iter(_recent))]
    _recent[id(schema)] = (schema, portable)
    return portable


def _portable(node: dict[str, Any], whole: dict[str, Any], depth: int) -> dict[str, Any]:
    """One schema object."""
    if depth > _MAX_DEPTH:
        raise RequestRejected(
            f"a JSON schema is nested more than {_MAX_DEPTH} deep or refers to itself; "
            "simplify the tool's parameters"
        )
    if "$ref" in node:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _portable({**_target(str(node["$ref"]), whole), **beside}, whole, depth + 1)
    kept: dict[str, Any] = {}
    for key, value in node.items():
        if key in _DROPPED or (key in _BOUNDS and _is_too_large(value)):
            continue
        kept[key] = _value(key, value, whole, depth)
    return kept


def _value(key: str, value: Any, whole: dict[str, Any], depth: int) -> Any:
    """The value of one keyword; names of properties are not keywords and stay."""
    if key in _VERBATIM:
        return value
    if key in _NAMED and isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return {name: _any(part, whole, depth) for name, part in named.items()}
    return _any(value, whole, depth)


def _any(value: Any, whole: dict[str, Any], depth: int) -> Any:
    """A schema, a list of schemas, or a plain value."""
    if isinstance(value, dict):
        return _portable(cast("dict[str, Any]", value), whole, depth + 1)
    if isinstance(value, list):
        return [_any(item, whole, depth) for item in cast("list[Any]", value)]
    return value


def _target(reference: str, whole: dict[str, Any]) -> dict[str, Any]:
    """What a reference inside the schema points at."""
    node: Any = whole
    for part in reference.removeprefix("#/").split("/"):
        if not isinstance(node, dict) or part not in node:
            raise RequestRejected(
                f"a JSON schema refers to {reference!r}, which is not in it; "
                "put the definition into its $defs"
            )
        node = cast("dict[str, Any]", node)[part]
    return cast("dict[str, Any]", node) if isinstance(node, dict) else {}


def _is_too_large(bound: object) -> bool:
    """Whether a bound is more than servers take."""
    return isinstance(bound, int) and bound > _MAX_BOUND
