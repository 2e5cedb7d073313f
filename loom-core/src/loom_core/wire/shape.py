"""Reading JSON from a server whose shape nobody guarantees: a wrong shape reads as nothing."""

import json
from typing import Any, cast

JsonObject = dict[str, Any]
"""A JSON object as it was parsed."""


def parse_object(data: bytes | str) -> JsonObject | None:
    """The object that a text is the JSON of; None when it is anything else."""
    try:
        value: object = json.loads(data, parse_constant=str)  # NaN is no JSON and must not spread
    except (ValueError, RecursionError):
        return None
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_object(value: object) -> JsonObject:
    """The value if it is an object, else an empty one."""
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_count(value: object) -> int:
    """The value if it is a whole number above zero, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
