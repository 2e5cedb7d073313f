"""A tool as the JSON object of one call: its schema, the line that shows it, and what of it is shown."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import JsonValue

from loom_core.dialects.control import CONTROL_SPECS
from loom_core.types import ToolSpec

_DISCRIMINATOR = "tool"


def usable(
    tools: Sequence[ToolSpec], *, may_end: bool, files: Sequence[str] | None
) -> list[ToolSpec]:
    """The tools that can be called now: those that need a file only where one is, and the control actions.

    Args:
        tools: the tools of the subtask.
        may_end: whether the control actions are allowed; they always are when nothing else is left.
        files: the files there are; None when nobody listed them.
    """
    callable_now = [tool for tool in tools if not tool.existing or files is None or files]
    return [*callable_now, *CONTROL_SPECS] if may_end or not callable_now else callable_now


def object_schema(tool: ToolSpec, files: Sequence[str] | None = None) -> dict[str, JsonValue]:
    """The object schema of one tool, its name first so that it is decided first."""
    properties, required = shown(tool)
    written = _without_prose(properties)
    if files is not None:
        written |= {name: {"enum": list(files)} for name in tool.existing if name in written}
    return {
        "type": "object",
        "properties": {_DISCRIMINATOR: {"const": tool.name}, **written},
        "required": [_DISCRIMINATOR, *required],
        "additionalProperties": False,
    }


def shown(tool: ToolSpec) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The properties that a model is offered where the tools stand in the prompt, and which it must give."""
    properties = cast("dict[str, dict[str, Any]]", tool.parameters.get("properties", {}))
    if tool.essential:
        shown = (*tool.essential, *tool.optional)
        return {name: properties[name] for name in shown}, list(tool.essential)
    return properties, cast("list[str]", tool.parameters.get("required", []))


def _without_prose(properties: Mapping[str, dict[str, Any]]) -> dict[str, JsonValue]:
    """Schemas of properties without descriptions: a grammar has no use for them."""
    return {
        name: {key: item for key, item in value.items() if key != "description"}
        for name, value in properties.items()
    }


def object_line(tool: ToolSpec) -> str:
    """``{"tool": "read_file", "path": …}`` with the tool's purpose."""
    properties, required = shown(tool)
    example = {_DISCRIMINATOR: tool.name} | {
        name: f"<{properties[name].get('description', name)}>" for name in required
    }
    optional = [name for name in properties if name not in required]
    extra = f" (optional: {', '.join(optional)})" if optional else ""
    return f"{tool.description}{extra}\n{json.dumps(example, ensure_ascii=False)}"
