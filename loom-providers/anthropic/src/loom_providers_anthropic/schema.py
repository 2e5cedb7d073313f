"""Schemas that the server enforces while decoding.

It takes fewer than it validates: every object is closed, and bounds become words of a description, which
the harness checks afterwards.
"""

from typing import Any

from loom_core.wire import JsonObject, as_list, as_object, portable_schema


def closed_schema(schema: dict[str, Any]) -> JsonObject | None:
    """The schema as the server enforces it; None for one with objects of unknown fields."""
    from anthropic import transform_schema  # imports the SDK, which takes seconds

    portable = portable_schema(schema)
    if not _is_closed(portable):
        return None
    try:
        return transform_schema(portable)
    except ValueError:  # a value of any type, which cannot be enforced
        return None


def has_optional_fields(schema: JsonObject) -> bool:
    """Whether any object in a closed schema has a field that may be left out."""
    fields = as_object(schema.get("properties"))
    if set(fields) - set(as_list(schema.get("required"))):
        return True
    return any(has_optional_fields(part) for part in _parts(schema))


def _is_closed(schema: JsonObject) -> bool:
    """Whether all fields of all objects in it are named: closing any other would forbid them."""
    if schema.get("type") == "object" and not (
        schema.get("properties") and not schema.get("additionalProperties")
    ):
        return False
    return all(_is_closed(part) for part in _parts(schema))


def _parts(schema: JsonObject) -> list[JsonObject]:
    """The schemas inside a schema."""
    listed = [part for key in ("anyOf", "oneOf", "allOf") for part in as_list(schema.get(key))]
    parts = (*as_object(schema.get("properties")).values(), *listed, schema.get("items"))
    return [part for part in map(as_object, parts) if part]
