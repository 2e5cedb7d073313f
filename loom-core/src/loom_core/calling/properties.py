"""The arguments of a tool, out of its schema."""

from typing import Any, cast

from loom_core.types import ToolSpec


def properties_of(tool: ToolSpec) -> dict[str, dict[str, Any]]:
    """The schemas of a tool's arguments; one that allows anything is ``True`` in JSON Schema."""
    properties = cast("dict[str, object]", tool.parameters.get("properties", {}))
    return {
        name: cast("dict[str, Any]", schema) if isinstance(schema, dict) else {}
        for name, schema in properties.items()
    }


def required_of(tool: ToolSpec) -> list[str]:
    """The names of the arguments that must be given."""
    return cast("list[str]", tool.parameters.get("required", []))
