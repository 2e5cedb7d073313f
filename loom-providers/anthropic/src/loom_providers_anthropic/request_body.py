"""A request as the messages API takes it, without anything that the API has given up.

Temperature, top_p and seed are not sent: the API of 2026 refuses them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role
from loom_core.wire import JsonObject
from loom_providers_anthropic.rendering import (
    CACHE_MARK,
    render_message,
    render_system,
    render_tools,
)
from loom_providers_anthropic.schema import closed_schema


@dataclass(frozen=True, slots=True)
class Enforcement:
    """What the server still is asked to enforce; each goes once it was refused."""

    answer: bool = True
    tools: bool = True


def render_conversation(messages: Sequence[Message]) -> JsonObject:
    """The turns, those of the system apart."""
    system = list(takewhile(lambda message: message.role is Role.SYSTEM, messages))
    body: JsonObject = {"system": render_system(system)} if system else {}
    return body | {"messages": [render_message(message) for message in messages[len(system) :]]}


def render_request(
    request: ModelRequest, settings: ModelSettings, max_tokens: int, enforcement: Enforcement
) -> JsonObject:
    """The body of a streamed request. Raises ``RequestRejected`` for an impossible schema.

    Two places are marked for the prompt cache: the end of what siblings share, and through the mark
    on the request itself its end, which leaves the bytes of the turns as they are.

    Args:
        request: what to ask.
        settings: the model's.
        max_tokens: the most that the model can write, which the API wants to be told.
        enforcement: what the server takes.
    """
    limits = (request.max_tokens, settings.max_tokens, max_tokens)
    body: JsonObject = {
        "model": settings.model,
        "max_tokens": min(limit for limit in limits if limit is not None),
        "cache_control": CACHE_MARK,
        **render_conversation(request.messages),
    }
    if request.tools:
        body["tools"] = render_tools(request.tools, may_be_strict=enforcement.tools)
    schema = request.answer_schema
    if schema is not None and enforcement.answer and (closed := closed_schema(schema)) is not None:
        body["output_config"] = {"format": {"type": "json_schema", "schema": closed}}
    return body
