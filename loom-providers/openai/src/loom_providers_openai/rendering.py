"""The parts of a request as ``/chat/completions`` takes them."""

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
    takes_grammar: bool = False
    """True of llama-server; False once it refused ``grammar``."""
    gives_logprobs: bool = True
    """False once the server refused ``logprobs``, or gave none although it was asked."""
    takes_local_sampling: bool = True
    """False once the server refused what only local servers know, such as ``top_k``."""


def render_message(message: Message, flavour: Flavour) -> dict[str, Any]:
    """One turn. Reasoning goes back to local servers, whose chat template decides about it."""
    rendered: dict[str, Any] = {"role": str(message.role), "content": _content(message)}
    if message.role is Role.TOOL:
        rendered["tool_call_id"] = message.tool_call_id
    if message.reasoning and not flavour.is_official:
        rendered["reasoning_content"] = message.reasoning
    if message.tool_calls:
        rendered["tool_calls"] = [_call(call) for call in message.tool_calls]
    return rendered


def _content(message: Message) -> str | list[dict[str, Any]]:
    """The text alone, or text and pictures as parts."""
    if not message.images:
        return message.text
    urls = (f"data:{image.media_type};base64,{image.data}" for image in message.images)
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return [{"type": "text", "text": message.text}, *pictures]


def _call(call: ToolCall) -> dict[str, Any]:
    """A call as the model wrote it."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def render_tool(tool: ToolSpec) -> dict[str, Any]:
    """An offered tool."""
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": portable_schema(tool.parameters),
    }
    return {"type": "function", "function": function}


def answer_format(schema: dict[str, Any], flavour: Flavour) -> dict[str, Any]:
    """The schema of the answer. OpenAI's strict mode takes only schemas without optional fields."""
    named: dict[str, Any] = {"name": "answer", "schema": portable_schema(schema)}
    if not flavour.is_official:
        named["strict"] = True
    return {"type": "json_schema", "json_schema": named}


def sampling(request: ModelRequest, settings: ModelSettings, flavour: Flavour) -> dict[str, Any]:
    """How the next token is chosen, as far as anybody said."""
    asked = request.sampling
    values: dict[str, Any] = {
        "temperature": settings.temperature if asked.temperature is None else asked.temperature,
        "top_p": asked.top_p,
        "seed": asked.seed,
    }
    if flavour.takes_local_sampling and not flavour.is_official:
        values |= {
            "top_k": asked.top_k,
            "min_p": asked.min_p,
            "repeat_penalty": asked.repetition_penalty,  # llama.cpp and LM Studio
            "repetition_penalty": asked.repetition_penalty,  # vLLM and SGLang
        }
    return {name: value for name, value in values.items() if value is not None}


LOCAL_SAMPLING = ("top_k", "min_p", "repeat_penalty", "repetition_penalty")
"""Fields that OpenAI's own API does not have."""


def smaller(first: int | None, second: int | None) -> int | None:
    """The smaller of two bounds; None is no bound."""
    bounds = [bound for bound in (first, second) if bound is not None]
    return min(bounds, default=None)
