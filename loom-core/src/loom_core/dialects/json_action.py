"""One JSON action an answer, constrained by a schema: what small models do best."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import JsonValue

from loom_core.dialects.action import Decoded, Malformed
from loom_core.dialects.control import CONTROL_SPECS
from loom_core.dialects.dialect import ActionResult, Dialect
from loom_core.dialects.json_text import first_object
from loom_core.dialects.reading import read_object
from loom_core.types import Image, Message, ModelResponse, Role, ToolSpec

_DISCRIMINATOR = "tool"
_CALL_ID = "action"

_FORMAT = """\
Answer with exactly one JSON object and nothing else: {"tool": NAME, then its arguments}.
After each answer you are told what the tool returned."""


class JsonActionDialect(Dialect):
    """Each answer is one object ``{"tool": …, arguments …}``; results come back as user turns."""

    name = "json_action"

    def request_tools(self, tools: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
        """None: tools stand in the prompt."""
        return ()

    def answer_schema(
        self,
        tools: Sequence[ToolSpec],
        *,
        may_end: bool = True,
        files: Sequence[str] | None = None,
    ) -> dict[str, JsonValue] | None:
        """One branch a tool, told apart by the constant name of the tool, which comes first."""
        usable = [tool for tool in tools if not tool.existing or files is None or files]
        offered = [*usable, *CONTROL_SPECS] if may_end or not usable else usable
        return {"anyOf": [_branch(tool, files) for tool in offered]}

    def describe_tools(self, tools: Sequence[ToolSpec]) -> str:
        """One line a tool: the object to write, and what it is for."""
        return "\n".join(_line(tool) for tool in (*tools, *CONTROL_SPECS))

    def describe_format(self) -> str:
        """The same text for every subtask."""
        return _FORMAT

    def decode(self, response: ModelResponse, tools: Sequence[ToolSpec]) -> Decoded:
        """The action of the first object in the answer."""
        found = first_object(response.text, may_repair=True)
        if found is None:
            return Decoded(())
        read = read_object(_CALL_ID, found.value, tools)
        if read is None:
            problem = 'Name the tool: {"tool": NAME, then its arguments}.'
            return Decoded((Malformed(_CALL_ID, problem),))
        action, repairs = read
        if found.was_repaired:
            repairs = ("broken JSON was mended", *repairs)
        return Decoded((action,), repairs)

    def result_messages(self, results: Sequence[ActionResult]) -> tuple[Message, ...]:
        """One user turn with the result."""
        images = tuple(image for result in results for image in result.images)
        return (self.speak("\n\n".join(result.text for result in results), images),)

    def speak(self, text: str, images: tuple[Image, ...] = ()) -> Message:
        """A user turn."""
        return Message(role=Role.USER, text=text, images=images)


def _branch(tool: ToolSpec, files: Sequence[str] | None) -> dict[str, JsonValue]:
    """The object schema of one tool, its name first so that it is decided first."""
    properties, required = _shown(tool)
    written = _without_prose(properties)
    if files is not None:
        written |= {name: {"enum": list(files)} for name in tool.existing if name in written}
    return {
        "type": "object",
        "properties": {_DISCRIMINATOR: {"const": tool.name}, **written},
        "required": [_DISCRIMINATOR, *required],
        "additionalProperties": False,
    }


def _shown(tool: ToolSpec) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The properties that a model of this dialect is offered, and which of them it must give."""
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


def _line(tool: ToolSpec) -> str:
    """``{"tool": "read_file", "path": …}`` with the tool's purpose."""
    properties, required = _shown(tool)
    shown = {_DISCRIMINATOR: tool.name} | {
        name: f"<{properties[name].get('description', name)}>" for name in required
    }
    optional = [name for name in properties if name not in required]
    extra = f" (optional: {', '.join(optional)})" if optional else ""
    return f"{tool.description}{extra}\n{json.dumps(shown, ensure_ascii=False)}"
