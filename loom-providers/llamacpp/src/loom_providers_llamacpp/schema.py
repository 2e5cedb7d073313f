"""A JSON Schema as llama.cpp's grammar converter understands it."""

from typing import Any, cast

_NAMED = {"properties", "patternProperties", "$defs", "definitions"}
_VERBATIM = {"const", "enum", "required", "default", "examples"}


def fit_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without the patterns that would do harm; what is dropped must be validated after.

    llama.cpp ignores ``maxLength`` beside a ``pattern``, so that a string need never end, and it
    knows only patterns anchored at both ends without ``(?``. Everything else goes as it is: lengths
    cost nothing there, references are followed, and keys keep their order.
    """
    return cast("dict[str, Any]", _fit(schema))


def _fit(node: Any) -> Any:
    """A schema, or a list of schemas, without harmful patterns."""
    if isinstance(node, list):
        return [_fit(item) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    schema = cast("dict[str, Any]", node)
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "pattern" and not _is_harmless(str(value), schema):
            continue
        if key in _VERBATIM:
            kept[key] = value
        elif key in _NAMED and isinstance(value, dict):
            kept[key] = {name: _fit(part) for name, part in cast("dict[str, Any]", value).items()}
        else:
            kept[key] = _fit(value)
    return kept


def _is_harmless(pattern: str, schema: dict[str, Any]) -> bool:
    """Whether llama.cpp can enforce a pattern, and no length is lost by it."""
    is_anchored = pattern.startswith("^") and pattern.endswith("$") and "(?" not in pattern
    return is_anchored and not {"maxLength", "minLength"} & set(schema)
