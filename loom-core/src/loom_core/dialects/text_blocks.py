"""Actions as blocks of text: values stand as they are, without quotes and escapes.

For models that write good files and bad JSON, and for those that were trained on this very form
(Qwen3-Coder). Where the server takes a grammar, the block is enforced; JSON schemas cannot say it.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from loom_core.dialects.action import Decoded
from loom_core.dialects.block_grammar import block_grammar
from loom_core.dialects.control import CONTROL_SPECS
from loom_core.dialects.in_prompt import InPromptDialect
from loom_core.dialects.reading import read_object
from loom_core.dialects.text_calls import calls_in
from loom_core.dialects.tool_object import shown, usable
from loom_core.types import ModelResponse, ToolSpec

_CALL_ID = "action"
_MARK = "<function="
_FORMAT = """\
Answer with exactly one call in this form and nothing else:
<function=NAME>
<parameter=PARAMETER>
its value, as it is, over as many lines as it takes
</parameter>
</function>
After each answer you are told what the tool returned."""


class TextBlocksDialect(InPromptDialect):
    """One ``<function=…>`` block an answer; results come back as user turns."""

    name = "text_blocks"

    def answer_schema(
        self,
        tools: Sequence[ToolSpec],
        *,
        may_end: bool = True,
        files: Sequence[str] | None = None,
    ) -> dict[str, JsonValue] | None:
        """None: the answer is no JSON."""
        return None

    def answer_grammar(
        self,
        tools: Sequence[ToolSpec],
        *,
        may_end: bool = True,
        files: Sequence[str] | None = None,
    ) -> str | None:
        """One block of one of the tools that can be called now."""
        return block_grammar(usable(tools, may_end=may_end, files=files), files)

    def describe_tools(self, tools: Sequence[ToolSpec]) -> str:
        """One line a tool: its name, what it is for, and its parameters."""
        return "\n".join(_line(tool) for tool in (*tools, *CONTROL_SPECS))

    def describe_format(self) -> str:
        """The same text for every subtask."""
        return _FORMAT

    def decode(self, response: ModelResponse, tools: Sequence[ToolSpec]) -> Decoded:
        """The action of the first whole block, or of a call in another form."""
        for call in calls_in(response.text):
            read = read_object(_CALL_ID, call.value, tools)
            if read is None:
                continue
            repairs = () if _MARK in response.text else ("a call was read from another form",)
            return Decoded((read[0],), (*repairs, *read[1]))
        return Decoded(())


def _line(tool: ToolSpec) -> str:
    """``- read_file: Show a file. Parameters: path (which file)``."""
    properties, required = shown(tool)
    parameters = ", ".join(
        f"{name} ({'' if name in required else 'optional: '}{schema.get('description', name)})"
        for name, schema in properties.items()
    )
    return f"- {tool.name}: {tool.description} Parameters: {parameters or 'none'}"
