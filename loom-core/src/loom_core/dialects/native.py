"""The server's own tool calling, with a rescue for calls that a model wrote as text."""

from collections.abc import Sequence

from pydantic import JsonValue

from loom_core.dialects.action import Action, Decoded, Malformed
from loom_core.dialects.control import CONTROL_SPECS
from loom_core.dialects.dialect import ActionResult, Dialect
from loom_core.dialects.json_text import parse_object
from loom_core.dialects.reading import read_call, read_object
from loom_core.dialects.text_calls import calls_in
from loom_core.types import Image, Message, ModelResponse, Role, ToolCall, ToolSpec

_RESCUED_CALL_ID = "rescued"
_IMAGES = "This is what was read. Go on with the job."
_FORMAT = (
    "Act by calling tools. End the job by calling complete or blocked; text alone does nothing."
)


class NativeDialect(Dialect):
    """Calls travel in the server's ``tool_calls``; results come back as tool turns."""

    name = "native"
    calls_through_server = True

    def request_tools(self, tools: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
        """Every tool and the control actions."""
        return (*tools, *CONTROL_SPECS)

    def answer_schema(
        self,
        tools: Sequence[ToolSpec],
        *,
        may_end: bool = True,
        files: Sequence[str] | None = None,
    ) -> dict[str, JsonValue] | None:
        """None: the server constrains calls by itself where it can."""
        return None

    def describe_tools(self, tools: Sequence[ToolSpec]) -> str:
        """Empty: the server puts the tools into the prompt, and twice would be waste."""
        return ""

    def describe_format(self) -> str:
        """The same text for every subtask."""
        return _FORMAT

    def decode(self, response: ModelResponse, tools: Sequence[ToolSpec]) -> Decoded:
        """The actions of all calls, or of one call found in the text."""
        if not response.tool_calls:
            return _rescue(response.text, tools)
        actions: list[Action] = []
        repairs: list[str] = []
        for call in response.tool_calls:
            action, mended = _read(call, tools)
            actions.append(action)
            repairs.extend(mended)
        return Decoded(tuple(actions), tuple(repairs))

    def result_messages(self, results: Sequence[ActionResult]) -> tuple[Message, ...]:
        """One tool turn a result; a user turn where the server knows no id of the call.

        Servers take pictures in user turns only, so that they follow in one of their own.
        """
        turns = [
            self.speak(result.text)
            if result.call_id.startswith(_RESCUED_CALL_ID)
            else Message(role=Role.TOOL, text=result.text, tool_call_id=result.call_id)
            for result in results
        ]
        images = tuple(image for result in results for image in result.images)
        return (*turns, self.speak(_IMAGES, images)) if images else tuple(turns)

    def speak(self, text: str, images: tuple[Image, ...] = ()) -> Message:
        """A user turn; never a system turn, which many chat templates reject in mid-conversation."""
        return Message(role=Role.USER, text=text, images=images)


def _read(call: ToolCall, tools: Sequence[ToolSpec]) -> tuple[Action, tuple[str, ...]]:
    """The action of one call."""
    arguments = parse_object(call.arguments, may_repair=True)
    if arguments is None:
        problem = f"The arguments of {call.name!r} are not a JSON object. Send the call again."
        return Malformed(call.id, problem), ()
    action, repairs = read_call(call.id, call.name, arguments.value, tools)
    if arguments.was_repaired:
        repairs = (f"broken JSON in the arguments of {call.name!r} was mended", *repairs)
    return action, repairs


def _rescue(text: str, tools: Sequence[ToolSpec]) -> Decoded:
    """Calls written as text, taken only when they name offered tools."""
    actions: list[Action] = []
    repairs: list[str] = []
    for number, call in enumerate(calls_in(text), start=1):
        read = read_object(f"{_RESCUED_CALL_ID}-{number}", call.value, tools)
        if read is not None and not isinstance(read[0], Malformed):
            actions.append(read[0])
            repairs += ["a call was read from the text", *read[1]]
    return Decoded(tuple(actions), tuple(dict.fromkeys(repairs)))
