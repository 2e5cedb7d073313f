"""A request as ``/chat/completions`` takes it.

The same conversation always gives the same bytes, and a longer one starts with the shorter one's:
the server's prompt cache lives from it.
"""

import json
from dataclasses import dataclass
from typing import Any

from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role, ToolCall, ToolSpec
from loom_core.wire import portable_schema


@dataclass(frozen=True, slots=True)
class Flavour:
    """What differs between servers in what they take."""

    is_official: bool = False
    """OpenAI itself: it knows newer names and refuses fields that it does not know."""
    takes_schema: bool = True
    """False once the server refused ``response_format``."""


def render_request(
    request: ModelRequest, settings: ModelSettings, model: str, flavour: Flavour
) -> bytes:
    """The body of a streamed request. Raises ``RequestRejected`` for an impossible schema."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [render_message(message, flavour) for message in request.messages],
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.answer_schema is not None and flavour.takes_schema:
        body["response_format"] = _answer_format(request.answer_schema, flavour)
    body |= _sampling(request, settings)
    limit = _smaller(request.max_tokens, settings.max_tokens)
    if limit is not None:
        body["max_completion_tokens" if flavour.is_official else "max_tokens"] = limit
    body["stream"] = True
    body["stream_options"] = {"include_usage": True}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def render_message(message: Message, flavour: Flavour) -> dict[str, Any]:
    """One turn. Reasoning goes back to local servers, whose chat template decides about it."""
    rendered: dict[str, Any] = {"role": str(message.role), "content": message.text}
    if message.role is Role.TOOL:
        rendered["tool_call_id"] = message.tool_call_id
    if message.reasoning and not flavour.is_official:
        rendered["reasoning_content"] = message.reasoning
    if message.tool_calls:
        rendered["tool_calls"] = [_call(call) for call in message.tool_calls]
    return rendered


def _call(call: ToolCall) -> dict[str, Any]:
    """A call as the model wrote it."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    """An offered tool."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": portable_schema(tool.parameters),
    }
    return {"type": "function", "function": function}


def _answer_format(schema: dict[str, Any], flavour: Flavour) -> dict[str, Any]:
    """The schema of the answer. OpenAI's strict mode takes only schemas without optional fields."""
    named: dict[str, Any] = {"name": "answer", "schema": portable_schema(schema)}
    if not flavour.is_official:
        named["strict"] = True
    return {"type": "json_schema", "json_schema": named}


def _sampling(request: ModelRequest, settings: ModelSettings) -> dict[str, Any]:
    """How the next token is chosen, as far as anybody said."""
    temperature = request.sampling.temperature
    values = {
        "temperature": settings.temperature if temperature is None else temperature,
        "top_p": request.sampling.top_p,
        "seed": request.sampling.seed,
    }
    return {name: value for name, value in values.items() if value is not None}


def _smaller(first: int | None, second: int | None) -> int | None:
    """The smaller of two bounds; None is no bound."""
    bounds = [bound for bound in (first, second) if bound is not None]
    return min(bounds, default=None)
