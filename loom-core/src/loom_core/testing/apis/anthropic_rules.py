"""What Claude's API refuses with HTTP 400, so that a test does not pass with what the real one refuses.

Source: the API's version 2026-10-21 as its own SDK, anthropic 2.12, documents it.
"""

import hashlib
from collections.abc import Iterator
from itertools import pairwise

from loom_core.testing.apis.wire import JsonObject, is_object, objects_in

_FIELDS = {
    "cache_control",
    "max_tokens",
    "messages",
    "model",
    "output_config",
    "stop_sequences",
    "stream",
    "system",
    "thinking",
    "tool_choice",
    "tools",
}
_MAX_CACHE_MARKS = 4


def signature_of(thinking: str) -> str:
    """The signature that the scripted server puts under what a model thought."""
    return hashlib.sha256(thinking.encode(errors="replace")).hexdigest()[:24]


def problem_of(body: JsonObject) -> str:
    """What is wrong with a request to ``/v1/messages``; empty when nothing is."""
    return next(_problems(body), "")


def _problems(body: JsonObject) -> Iterator[str]:
    """All that is wrong."""
    yield from (f"{name}: Extra inputs are not permitted" for name in sorted(set(body) - _FIELDS))
    if not isinstance(body.get("max_tokens"), int):
        yield "max_tokens: Field required"
    messages = objects_in(body.get("messages"))
    if not messages or messages[0].get("role") != "user":
        yield "messages: first message must use the user role"
    for index, message in enumerate(messages):
        yield from _problems_of_message(f"messages.{index}", message)
    for before, after in pairwise([*messages, {}]):
        yield from _unanswered(before, after, messages)
    if _cache_marks(body) > _MAX_CACHE_MARKS:
        yield "A maximum of 4 blocks with cache_control may be provided"
    for tool in objects_in(body.get("tools")):
        if tool.get("strict") is True:
            yield from _open_objects(f"tools.{tool.get('name')}", tool.get("input_schema"))
    config = body.get("output_config")
    answer_format = config.get("format") if is_object(config) else None
    if is_object(answer_format):
        yield from _open_objects("output_config.format.schema", answer_format.get("schema"))


def _problems_of_message(where: str, message: JsonObject) -> Iterator[str]:
    """What is wrong with one turn."""
    if message.get("role") not in {"user", "assistant"}:
        yield f"{where}.role: Input should be 'user' or 'assistant'"
    content = message.get("content")
    blocks = (
        [{"type": "text", "text": content}] if isinstance(content, str) else objects_in(content)
    )
    if not blocks:
        yield f"{where}.content: must not be empty"
    for block in blocks:
        if block.get("type") == "text" and not str(block.get("text", "")).strip():
            yield f"{where}: text content blocks must contain non-whitespace text"
        thinking = block.get("thinking")
        if isinstance(thinking, str) and block.get("signature") != signature_of(thinking):
            yield f"{where}: Invalid `signature` in `thinking` block"


def _unanswered(before: JsonObject, after: JsonObject, messages: list[JsonObject]) -> Iterator[str]:
    """Calls of a turn whose results do not follow it at once."""
    called = {block.get("id") for block in objects_in(before.get("content")) if _is_call(block)}
    if not called or after.get("role") == "assistant":
        if called:
            yield "`tool_use` ids were found without `tool_result` blocks immediately after"
        return
    answered: set[object] = set()
    for message in messages[messages.index(before) + 1 :]:
        if message.get("role") != "user":
            break
        answered |= {block.get("tool_use_id") for block in objects_in(message.get("content"))}
    if not called <= answered:
        yield "`tool_use` ids were found without `tool_result` blocks immediately after"


def _is_call(block: JsonObject) -> bool:
    return block.get("type") == "tool_use"


def _cache_marks(body: JsonObject) -> int:
    """How many places of a request are marked for the cache."""
    turns = [
        block
        for turn in objects_in(body.get("messages"))
        for block in objects_in(turn.get("content"))
    ]
    places = [body, *objects_in(body.get("system")), *objects_in(body.get("tools")), *turns]
    return sum("cache_control" in place for place in places)


def _open_objects(where: str, schema: object) -> Iterator[str]:
    """Objects in an enforced schema that are not closed, and bounds, which are not supported."""
    if not is_object(schema):
        return
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        yield f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false"
    if {"maxLength", "minLength", "maxItems", "minimum", "maximum"} & set(schema):
        yield f"{where}: bounds are not supported"
    named = schema.get("properties")
    fields = list(named.values()) if is_object(named) else []
    for part in (*fields, *objects_in(schema.get("anyOf")), schema.get("items")):
        yield from _open_objects(where, part)
