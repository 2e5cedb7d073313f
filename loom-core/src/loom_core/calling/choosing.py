"""Which functions a request calls, with which arguments: one constrained answer with a list of calls.

The server's own tool calling finds no call at all in what a model of 0.5B writes, and one call where
several are wanted. A list under a schema, with an example of several calls and one of a single call,
gets both (``benchmarks/README.md``). What a small model adds from its own head is taken out again.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import JsonValue

from loom_core.calling.examples import EXAMPLES
from loom_core.calling.grounding import Grounding
from loom_core.calling.properties import properties_of, required_of
from loom_core.calling.relevance import FITTING, relevance
from loom_core.types import FinishReason, Message, ModelResponse, Role, ToolCall, ToolSpec

Ask = Callable[[tuple[Message, ...], dict[str, JsonValue]], Awaitable[ModelResponse]]
"""Calls a model with messages and a schema for its answer."""

MAX_CALLS = 8
"""Calls of one answer."""

_NAME = "name"
_OTHER_NAME = "function_name"
"""Where a call says which function it is of, when a function has an argument ``name``."""
_SYSTEM = (
    "You turn a request into function calls. Answer with JSON. Make one call for each thing that the "
    "request asks for; when it names several values, make a call for each of them."
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a request calls."""

    calls: tuple[ToolCall, ...]
    reason: str = ""
    """Why there are no calls."""


async def choose_calls(request: str, tools: Sequence[ToolSpec], ask: Ask) -> Chosen:
    """The calls that a request needs; none when no tool has anything to do with it.

    Args:
        request: what is wanted, in plain words.
        tools: the functions there are. Their schemas must be such as servers take: no references.
        ask: calls the model.

    Raises:
        ModelError: what ``ask`` raises.
    """
    fitting = [tool for tool in tools if relevance(request, tool) >= FITTING]
    if not fitting:
        return Chosen((), "no function has anything to do with the request")
    key = _OTHER_NAME if any(_NAME in properties_of(tool) for tool in tools) else _NAME
    response = await ask(_messages(request, tools, key), _schema(tools, key))
    if response.finish_reason is FinishReason.LENGTH:
        return Chosen((), "the answer was cut off")
    return _read(response.text, {tool.name: tool for tool in tools}, key, Grounding(request))


def _messages(request: str, tools: Sequence[ToolSpec], key: str) -> tuple[Message, ...]:
    """The instruction, the examples and the request."""
    turns = [Message(role=Role.SYSTEM, text=_SYSTEM)]
    for functions, asked, calls in EXAMPLES:
        turns.append(Message(role=Role.USER, text=_request(functions, asked)))
        named = [{key if part == _NAME else part: one[part] for part in one} for one in calls]
        turns.append(Message(role=Role.ASSISTANT, text=json.dumps({"calls": named})))
    lines = "\n".join(_line(tool) for tool in tools)
    return (*turns, Message(role=Role.USER, text=_request(lines, request)))


def _request(functions: str, request: str) -> str:
    """One user turn."""
    return f"Functions:\n{functions}\n\nRequest: {request}"


def _line(tool: ToolSpec) -> str:
    """A tool with its arguments in one line."""
    properties = properties_of(tool)
    required = required_of(tool)
    arguments = "; ".join(
        f"{name} ({schema.get('type', 'any')}{'' if name in required else ', optional'}): "
        f"{schema.get('description', '')}"
        for name, schema in properties.items()
    )
    return f"- {tool.name}: {tool.description} Arguments: {arguments}"


def _schema(tools: Sequence[ToolSpec], key: str) -> dict[str, JsonValue]:
    """The answer: a list of calls, each an object of one tool with its name first."""
    branches: list[JsonValue] = [_branch(tool, key) for tool in tools]
    calls: dict[str, JsonValue] = {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_CALLS,
        "items": {"anyOf": branches},
    }
    return {
        "type": "object",
        "properties": {"calls": calls},
        "required": ["calls"],
        "additionalProperties": False,
    }


def _branch(tool: ToolSpec, key: str) -> dict[str, JsonValue]:
    """The object of one call."""
    properties = cast("dict[str, JsonValue]", tool.parameters.get("properties", {}))
    required = cast("list[JsonValue]", tool.parameters.get("required", []))
    return {
        "type": "object",
        "properties": {key: {"const": tool.name}, **properties},
        "required": [key, *required],
        "additionalProperties": False,
    }


def _read(text: str, known: Mapping[str, ToolSpec], key: str, grounding: Grounding) -> Chosen:
    """The calls in an answer; a server may have ignored the schema."""
    try:
        listed = cast("list[dict[str, JsonValue]]", json.loads(text)["calls"])
        named = [(str(call[key]), call) for call in listed[:MAX_CALLS]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Chosen((), "the answer was no list of calls")
    unknown = [name for name, _ in named if name not in known]
    if unknown:
        return Chosen((), f"the answer calls {unknown[0]!r}, which is no function here")
    calls: list[ToolCall] = []
    for number, (name, call) in enumerate(named, start=1):
        given = {part: value for part, value in call.items() if part != key}
        arguments = _written(grounding.only_said(given, known[name]), known[name])
        calls.append(ToolCall(id=f"call-{number}", name=name, arguments=arguments))
    return Chosen(tuple(calls))


def _written(arguments: Mapping[str, JsonValue], tool: ToolSpec) -> str:
    """Arguments as JSON, whole numbers written as fractions where those are wanted."""
    properties = properties_of(tool)
    fitted = {name: _fitted(one, properties.get(name, {})) for name, one in arguments.items()}
    return json.dumps(fitted)


def _fitted(value: JsonValue, schema: Any) -> JsonValue:
    """A value with every whole number as a float where the schema says ``number``."""
    if not isinstance(schema, dict):
        return value
    schema = cast("dict[str, Any]", schema)
    if isinstance(value, list):
        return [_fitted(one, schema.get("items", {})) for one in value]
    if isinstance(value, dict):
        properties = cast("dict[str, Any]", schema.get("properties", {}))
        return {key: _fitted(one, properties.get(key, {})) for key, one in value.items()}
    if isinstance(value, int) and not isinstance(value, bool) and schema.get("type") == "number":
        return float(value)
    return value
