"""Anthropic's ``/v1/messages``: named server-sent events around content blocks."""

import json
from typing import ClassVar

from loom_core.testing.answer import Answer
from loom_core.testing.apis.anthropic_rules import problem_of, signature_of
from loom_core.testing.apis.wire import JsonObject, Wire, conversation_from, is_object, objects_in
from loom_core.testing.conversation import Conversation
from loom_core.types.message import FinishReason, ToolCall, Usage


class AnthropicWire(Wire):
    """``message_start``, blocks with their deltas, ``message_delta``, ``message_stop``."""

    api = "anthropic"
    content_type = "text/event-stream"
    finish_words: ClassVar = {
        FinishReason.STOP: "end_turn",
        FinishReason.TOOL_CALLS: "tool_use",
        FinishReason.LENGTH: "max_tokens",
        FinishReason.REFUSED: "refusal",
    }

    def read(self, body: JsonObject) -> Conversation:
        """The conversation of a request."""
        config = body.get("output_config")
        answer_format = config.get("format") if is_object(config) else body.get("output_format")
        schema = answer_format.get("schema") if is_object(answer_format) else None
        messages, tools = objects_in(body.get("messages")), objects_in(body.get("tools"))
        return conversation_from(body.get("system", ""), messages, tools, schema)

    def wants_stream(self, body: JsonObject) -> bool:
        """Only when asked for."""
        return body.get("stream") is True

    def problem(self, body: JsonObject) -> str:
        """What Claude's API refuses a request for; empty when it takes it."""
        return problem_of(body)

    def frames(self, answer: Answer, body: JsonObject) -> list[bytes]:
        """The events of an answer."""
        start = self._message(body, [], None, answer.usage)
        frames = [
            _event({"type": "message_start", "message": start}) + _event({"type": "ping"}),
        ]
        for index, (block, deltas) in enumerate(_blocks(answer)):
            frames.append(
                _event({"type": "content_block_start", "index": index, "content_block": block})
            )
            frames += [
                _event({"type": "content_block_delta", "index": index, "delta": delta})
                for delta in deltas
            ]
            frames.append(_event({"type": "content_block_stop", "index": index}))
        delta = {"stop_reason": self.finish_words[answer.finish], "stop_sequence": None}
        usage = {"output_tokens": answer.usage.completion_tokens}
        frames.append(_event({"type": "message_delta", "delta": delta, "usage": usage}))
        return [*frames, _event({"type": "message_stop"})]

    def whole(self, answer: Answer, body: JsonObject) -> JsonObject:
        """The answer in one piece."""
        content: list[JsonObject] = []
        if answer.reasoning:
            content.append(
                {
                    "type": "thinking",
                    "thinking": answer.reasoning,
                    "signature": signature_of(answer.reasoning),
                }
            )
        if answer.text:
            content.append({"type": "text", "text": answer.text})
        content += [
            _tool_use(call) | {"input": json.loads(call.arguments)} for call in answer.calls
        ]
        return self._message(body, content, self.finish_words[answer.finish], answer.usage)

    def text_frame(self, text: str, body: JsonObject) -> bytes:
        """A piece with a bit of text."""
        delta = {"type": "text_delta", "text": text}
        return _event({"type": "content_block_delta", "index": 0, "delta": delta})

    def hollow_frame(self, body: JsonObject) -> bytes:
        """A ping."""
        return _event({"type": "ping"})

    def usage_frame(self, answer: Answer, body: JsonObject) -> bytes:
        """A message delta with nothing but token counts."""
        usage = {"output_tokens": answer.usage.completion_tokens}
        return _event({"type": "message_delta", "delta": {}, "usage": usage})

    def error(self, message: str, status: int) -> JsonObject:
        """The API's error object."""
        return {"type": "error", "error": {"type": "api_error", "message": message}}

    def error_frame(self, message: str) -> bytes:
        """An error event inside a stream."""
        return _event(self.error(message, 500))

    def _message(
        self, body: JsonObject, content: list[JsonObject], stop: str | None, usage: Usage
    ) -> JsonObject:
        """The message object."""
        return {
            "id": "msg_scripted",
            "type": "message",
            "role": "assistant",
            "model": self.model_of(body),
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {
                "input_tokens": usage.prompt_tokens - usage.cached_tokens,
                "cache_read_input_tokens": usage.cached_tokens,
                "cache_creation_input_tokens": 0,
                "output_tokens": usage.completion_tokens,
            },
        }


def _blocks(answer: Answer) -> list[tuple[JsonObject, list[JsonObject]]]:
    """Each content block as it starts, with its deltas."""
    blocks: list[tuple[JsonObject, list[JsonObject]]] = []
    if answer.reasoning:
        thoughts = [
            {"type": "thinking_delta", "thinking": piece}
            for piece in answer.pieces(answer.reasoning)
        ]
        signature = {"type": "signature_delta", "signature": signature_of(answer.reasoning)}
        blocks.append(
            ({"type": "thinking", "thinking": "", "signature": ""}, [*thoughts, signature])
        )
    if answer.text:
        texts = [{"type": "text_delta", "text": piece} for piece in answer.pieces(answer.text)]
        blocks.append(({"type": "text", "text": ""}, texts))
    for call in answer.calls:
        parts = [
            {"type": "input_json_delta", "partial_json": piece}
            for piece in answer.pieces(call.arguments)
        ]
        blocks.append((_tool_use(call), parts))
    return blocks


def _tool_use(call: ToolCall) -> JsonObject:
    """A call as its block starts."""
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}


def _event(value: JsonObject) -> bytes:
    """One server-sent event, named by its type."""
    data = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return f"event: {value['type']}\ndata: {data}\n\n".encode()
