"""One JSON action an answer, constrained by a schema: what small models do best."""

from collections.abc import Sequence

from pydantic import JsonValue

from loom_core.dialects.action import Decoded, Malformed
from loom_core.dialects.control import CONTROL_SPECS
from loom_core.dialects.in_prompt import InPromptDialect
from loom_core.dialects.json_text import first_object
from loom_core.dialects.reading import read_object
from loom_core.dialects.tool_object import object_line, object_schema, usable
from loom_core.types import ModelResponse, ToolSpec

_CALL_ID = "action"

_FORMAT = """\
Answer with exactly one JSON object and nothing else: {"tool": NAME, then its arguments}.
After each answer you are told what the tool returned."""


class JsonActionDialect(InPromptDialect):
    """Each answer is one object ``{"tool": …, arguments …}``; results come back as user turns."""

    name = "json_action"

    def answer_schema(
        self,
        tools: Sequence[ToolSpec],
        *,
        may_end: bool = True,
        files: Sequence[str] | None = None,
    ) -> dict[str, JsonValue] | None:
        """One branch a tool, told apart by the constant name of the tool, which comes first."""
        offered = usable(tools, may_end=may_end, files=files)
        return {"anyOf": [object_schema(tool, files) for tool in offered]}

    def describe_tools(self, tools: Sequence[ToolSpec]) -> str:
        """One line a tool: the object to write, and what it is for."""
        return "\n".join(object_line(tool) for tool in (*tools, *CONTROL_SPECS))

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
