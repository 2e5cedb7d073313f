"""Whether arguments fit a server's schema, without running patterns of strangers.

Names, required arguments, types and allowed values are compared here, so that a model hears at once what is
wrong. The rest is the server's to refuse: a regular expression of its own could keep this process busy for
ever.
"""

from collections.abc import Mapping
from typing import cast

from pydantic import JsonValue

from loom_core.did_you_mean import did_you_mean
from loom_core.types import ToolSpec

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def problems_of(
    arguments: Mapping[str, JsonValue], spec: ToolSpec, *, is_closed: bool
) -> list[str]:
    """What is wrong with the arguments, a sentence each.

    Args:
        arguments: as the model wrote them.
        spec: the tool.
        is_closed: whether its schema takes no other arguments than it names.
    """
    properties = cast("dict[str, JsonValue]", spec.parameters.get("properties", {}))
    required = spec.parameters.get("required", [])
    needed = [str(name) for name in required] if isinstance(required, list) else []
    found = [f"{name} is missing" for name in needed if name not in arguments]
    for name, value in arguments.items():
        schema = properties.get(name)
        if schema is None and is_closed:
            found.append(f"there is no argument {name}{did_you_mean(name, properties)}")
        elif isinstance(schema, dict):
            found += _problem(name, value, schema)
    return found


def _problem(name: str, value: JsonValue, schema: Mapping[str, JsonValue]) -> list[str]:
    """What is wrong with one value; at most one thing."""
    wanted = schema.get("type")
    names = [str(one) for one in wanted] if isinstance(wanted, list) else [str(wanted)]
    known = [one for one in names if one in _TYPES]
    if known and len(known) == len(names) and not any(_is(value, one) for one in known):
        return [f"{name} must be {' or '.join(known)}"]
    allowed = schema.get("enum")
    if isinstance(allowed, list) and value not in allowed:
        return [f"{name} must be one of {', '.join(map(str, allowed[:20]))}"]
    return []


def _is(value: JsonValue, kind: str) -> bool:
    """Whether a value is of a type of JSON."""
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
