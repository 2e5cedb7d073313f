"""A request as ``/api/chat`` takes it.

The same conversation always gives the same bytes, and a longer one starts with the shorter one's:
the server's prompt cache lives from it. ``num_ctx`` never changes within a run, because a change
makes Ollama load the model again.
"""

import json
from typing import Any

from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role, ToolCall, ToolSpec
from loom_core.wire import parse_object, portable_schema


def render_request(request: ModelRequest, settings: ModelSettings, num_ctx: int) -> bytes:
    """The body of a streamed request. Raises ``RequestRejected`` for an impossible schema."""
    body: dict[str, Any] = {
        "model": settings.model,
        "messages": render_messages(request.messages),
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.answer_schema is not None:
        body["format"] = portable_schema(request.answer_schema)
    if request.top_logprobs is not None:
        body |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    body["options"] = _options(request, settings, num_ctx)
    body["keep_alive"] = settings.keep_alive
    body["stream"] = True
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def render_messages(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    """The turns; a tool's result names its tool, because the API knows no ids."""
    names: dict[str, str] = {}
    rendered: list[dict[str, Any]] = []
    for message in messages:
        names |= {call.id: call.name for call in message.tool_calls}
        rendered.append(_message(message, names))
    return rendered


def _message(message: Message, names: dict[str, str]) -> dict[str, Any]:
    """One turn."""
    rendered: dict[str, Any] = {"role": str(message.role), "content": message.text}
    if message.images:
        rendered["images"] = [image.data for image in message.images]
    if message.reasoning:
        rendered["thinking"] = message.reasoning
    if message.tool_calls:
        rendered["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.role is Role.TOOL:
        rendered["tool_name"] = names.get(message.tool_call_id, "")
    return rendered


def _call(call: ToolCall) -> dict[str, Any]:
    """A call; the API takes its arguments as an object only."""
    return {"function": {"name": call.name, "arguments": _arguments(call.arguments)}}


def _arguments(text: str) -> dict[str, Any]:
    """The arguments as an object; what is none is kept under a name that says so."""
    value = parse_object(text)
    return {"not_an_object": text} if value is None else value


def _tool(tool: ToolSpec) -> dict[str, Any]:
    """An offered tool."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": portable_schema(tool.parameters),
    }
    return {"type": "function", "function": function}


def _options(request: ModelRequest, settings: ModelSettings, num_ctx: int) -> dict[str, Any]:
    """The window, and how the next token is chosen as far as anybody said."""
    limits = [limit for limit in (request.max_tokens, settings.max_tokens) if limit is not None]
    temperature = request.sampling.temperature
    values = {
        "num_ctx": num_ctx,
        "num_predict": min(limits, default=None),
        "temperature": settings.temperature if temperature is None else temperature,
        "top_p": request.sampling.top_p,
        "top_k": request.sampling.top_k,
        "min_p": request.sampling.min_p,
        "repeat_penalty": request.sampling.repetition_penalty,
        "seed": request.sampling.seed,
    }
    return {name: value for name, value in values.items() if value is not None}
