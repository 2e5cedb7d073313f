"""First the name of the next tool, then its arguments: two small answers for each action.

For models that pick the wrong tool, or mix up arguments, when all tools with all their arguments stand
before them. The prompt has one short line a tool, however many arguments it takes.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from loom_core.dialects.action import Decoded, Malformed, ToolChosen
from loom_core.dialects.control import CONTROL_SPECS
from loom_core.dialects.in_prompt import InPromptDialect
from loom_core.dialects.json_text import first_object
from loom_core.dialects.names import match_name
from loom_core.dialects.reading import read_call, read_object
from loom_core.dialects.tool_object import object_line, object_schema, shown, usable
from loom_core.types import ModelResponse, ToolSpec

_NEXT = "next"
_CALL_ID = "action"
_FORMAT = """\
Answer with the name of the tool that comes next and nothing else: {"next": NAME}.
Then you are asked for its call. After each call you are told what the tool returned."""


class TwoStageDialect(InPromptDialect):
    """``{"next": NAME}``, then ``{"tool": NAME, arguments …}``; results come back as user turns."""

    name = "two_stage"

    def answer_schema(
        self,
        tools: Sequence[ToolSpec],
        *,
        may_end: bool = True,
        files: Sequence[str] | None = None,
    ) -> dict[str, JsonValue] | None:
        """The names of the tools that can be called now."""
        names: list[JsonValue] = [tool.name for tool in usable(tools, may_end=may_end, files=files)]
        return {
            "type": "object",
            "properties": {_NEXT: {"enum": names}},
            "required": [_NEXT],
            "additionalProperties": False,
        }

    def arguments_schema(
        self, tool: ToolSpec, *, files: Sequence[str] | None = None
    ) -> dict[str, JsonValue] | None:
        """The call of this one tool."""
        return object_schema(tool, files)

    def ask_for_arguments(self, tool: ToolSpec) -> str:
        """The object to write, with what each argument is."""
        return f"Write the call: {object_line(tool)}"

    def describe_tools(self, tools: Sequence[ToolSpec]) -> str:
        """One line a tool: its name and what it is for."""
        return "\n".join(f"- {tool.name}: {tool.description}" for tool in (*tools, *CONTROL_SPECS))

    def describe_format(self) -> str:
        """The same text for every subtask."""
        return _FORMAT

    def decode(self, response: ModelResponse, tools: Sequence[ToolSpec]) -> Decoded:
        """The chosen tool, or the call of the first object in the answer."""
        found = first_object(response.text, may_repair=True)
        if found is None:
            return Decoded(())
        mended = ("broken JSON was mended",) if found.was_repaired else ()
        read = read_object(_CALL_ID, found.value, tools)
        name = found.value.get(_NEXT)
        if read is None and isinstance(name, str):
            chosen = _choice(name, tools)
            return Decoded(chosen.actions, (*mended, *chosen.repairs))
        if read is None:
            problem = 'Name the tool that comes next: {"next": NAME}.'
            return Decoded((Malformed(_CALL_ID, problem),), mended)
        return Decoded((read[0],), (*mended, *read[1]))


def _choice(name: str, tools: Sequence[ToolSpec]) -> Decoded:
    """What the name of a tool leads to: a question for its arguments, if it takes any."""
    offered = {tool.name: tool for tool in (*tools, *CONTROL_SPECS)}
    known = match_name(name, offered)
    if known is None or not shown(offered[known])[0]:
        action, repairs = read_call(_CALL_ID, name, {}, tools)
        return Decoded((action,), repairs)
    repairs = () if known == name else (f"tool name {name!r} read as {known!r}",)
    return Decoded((ToolChosen(_CALL_ID, known),), repairs)
