"""Turns and tools as the messages API takes them.

A turn is rendered alone and always to the same bytes, so that a longer conversation starts with the
shorter one's and the server's prompt cache holds.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from loom_core.types import Image, Message, Role, ToolCall, ToolSpec
from loom_core.wire import JsonObject, as_list, as_object, parse_object, portable_schema
from loom_providers_anthropic.schema import closed_schema, has_optional_fields

CACHE_MARK = {"type": "ephemeral"}
"""Asks the server to keep the prompt up to here; it lives five minutes from its last use."""
_NOTHING = "(nothing)"
"""Stands for an empty turn, which the API refuses."""
_MAX_STRICT_TOOLS = 20
"""Source: platform.claude.com, structured outputs, limits of a request."""
_NO_ID = re.compile(r"[^a-zA-Z0-9_-]")
"""What the API takes in no id; other servers, whose turns may be sent on, give such ids."""


def render_system(messages: Sequence[Message]) -> list[JsonObject]:
    """The system turns that a conversation begins with; the last one is marked for the cache."""
    texts = [message.text for message in messages if message.text.strip()]
    blocks: list[JsonObject] = [{"type": "text", "text": text} for text in texts]
    return [*blocks[:-1], *({**block, "cache_control": CACHE_MARK} for block in blocks[-1:])]


def render_message(message: Message) -> JsonObject:
    """One turn after the system's. A tool's result is a user turn, which the server joins."""
    if message.role is Role.ASSISTANT:
        return {"role": "assistant", "content": _said(message)}
    content = [*_text(message.text), *(_image(image) for image in message.images)]
    if message.role is Role.TOOL:
        result = {"type": "tool_result", "tool_use_id": _id(message.tool_call_id)}
        content = [{**result, "content": content or _text(_NOTHING)}]
    return {"role": "user", "content": content or _text(_NOTHING)}


def render_tools(tools: Sequence[ToolSpec], *, may_be_strict: bool) -> list[JsonObject]:
    """The offered tools. Their arguments are enforced where every one of them has to be given.

    More than a few optional arguments in all make the server refuse the whole request.
    """
    rendered = [_tool(tool, may_be_strict=may_be_strict) for tool in tools]
    if sum("strict" in tool for tool in rendered) > _MAX_STRICT_TOOLS:
        return [_tool(tool, may_be_strict=False) for tool in tools]
    return rendered


def _tool(tool: ToolSpec, *, may_be_strict: bool) -> JsonObject:
    """One offered tool."""
    rendered: JsonObject = {"name": tool.name, "description": tool.description}
    closed = closed_schema(tool.parameters) if may_be_strict else None
    if closed is None or has_optional_fields(closed):
        return rendered | {"input_schema": portable_schema(tool.parameters)}
    return rendered | {"input_schema": closed, "strict": True}


def _said(message: Message) -> list[JsonObject]:
    """What the model said. Blocks that the server signed go back as they came, in their places."""
    signed = [as_object(block) for block in as_list(_parsed(message.signed))]
    plain = [*_text(message.text), *(_call(call) for call in message.tool_calls)]
    if _says_the_same(signed, message):
        calls = iter(message.tool_calls)
        return [_call(next(calls)) if _is_call(block) else block for block in signed]
    thoughts = [block for block in signed if str(block.get("type")).endswith("thinking")]
    return [*thoughts, *plain] if plain else _text(_NOTHING)


def _says_the_same(signed: Sequence[JsonObject], message: Message) -> bool:
    """Whether the turn still is what the server signed: calls that were cut off may be left out."""
    texts = [str(block.get("text", "")) for block in signed if block.get("type") == "text"]
    ids = [block.get("id") for block in signed if _is_call(block)]
    return (
        bool(texts or ids)
        and "".join(texts) == message.text
        and ids == [call.id for call in message.tool_calls]
    )


def _is_call(block: JsonObject) -> bool:
    return block.get("type") == "tool_use"


def _parsed(text: str) -> object:
    """JSON that this provider wrote; None where it wrote none."""
    return json.loads(text) if text else None


def _text(text: str) -> list[JsonObject]:
    """A block of text; none for a text that the API takes to be empty."""
    return [{"type": "text", "text": text}] if text.strip() else []


def _image(image: Image) -> JsonObject:
    """A picture."""
    source = {"type": "base64", "media_type": image.media_type, "data": image.data}
    return {"type": "image", "source": source}


def _call(call: ToolCall) -> JsonObject:
    """A call as the model wrote it; the API takes its arguments as an object only."""
    value: dict[str, Any] | None = parse_object(call.arguments)
    arguments = {"not_an_object": call.arguments} if value is None else value
    return {"type": "tool_use", "id": _id(call.id), "name": call.name, "input": arguments}


def _id(text: str) -> str:
    """An id as the API takes it."""
    return _NO_ID.sub("_", text) or "_"
