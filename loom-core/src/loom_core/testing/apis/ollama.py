"""Ollama's native ``/api/chat``: one JSON object a line."""

import json
from collections.abc import Sequence
from typing import ClassVar

from loom_core.testing.answer import Answer
from loom_core.testing.apis.wire import (
    JsonObject,
    Wire,
    conversation_from,
    is_object,
    logprob_entries,
    objects_in,
)
from loom_core.testing.conversation import Conversation
from loom_core.types.logprob import AnswerToken
from loom_core.types.message import FinishReason, ToolCall

_NANOSECONDS = 1_000_000


class OllamaWire(Wire):
    """Lines with ``message``, the last one with ``done`` and the token counts.

    Like the real one it cuts a prompt that is longer than ``options.num_ctx`` without a word, and
    reports the tokens that were left.
    """

    api = "ollama"
    content_type = "application/x-ndjson"
    finish_words: ClassVar = {
        FinishReason.STOP: "stop",
        FinishReason.TOOL_CALLS: "stop",
        FinishReason.LENGTH: "length",
        FinishReason.REFUSED: "stop",
    }

    def read(self, body: JsonObject) -> Conversation:
        """The conversation of a request."""
        messages, tools = objects_in(body.get("messages")), objects_in(body.get("tools"))
        options = body.get("options")
        seed = options.get("seed") if is_object(options) else None
        return conversation_from("", messages, tools, body.get("format"), seed=seed)

    def wants_stream(self, body: JsonObject) -> bool:
        """Unless told not to."""
        return body.get("stream") is not False

    def frames(self, answer: Answer, body: JsonObject) -> list[bytes]:
        """Thinking, text, calls, and the line that ends it."""
        messages = [{"thinking": piece, "content": ""} for piece in answer.pieces(answer.reasoning)]
        lines = [self._open(message, body) for message in messages]
        lines += [
            self._open({"content": piece}, body, tokens)
            for piece, tokens in answer.text_with_logprobs()
        ]
        if answer.calls:
            calls = [_call(call) for call in answer.calls]
            lines.append(self._open({"content": "", "tool_calls": calls}, body))
        return [*lines, _line(self._last({"content": ""}, answer, body))]

    def whole(self, answer: Answer, body: JsonObject) -> JsonObject:
        """The answer in one piece."""
        message: JsonObject = {"content": answer.text}
        if answer.reasoning:
            message["thinking"] = answer.reasoning
        if answer.calls:
            message["tool_calls"] = [_call(call) for call in answer.calls]
        return self._last(message, answer, body) | _logprobs(answer.logprobs, body)

    def text_frame(self, text: str, body: JsonObject) -> bytes:
        """A piece with a bit of text."""
        return self._open({"content": text}, body)

    def hollow_frame(self, body: JsonObject) -> bytes:
        """A line without a message."""
        return _line({"model": self.model_of(body), "done": False})

    def usage_frame(self, answer: Answer, body: JsonObject) -> bytes:
        """A line with nothing but a token count."""
        count = answer.usage.prompt_tokens
        return _line({"model": self.model_of(body), "done": False, "prompt_eval_count": count})

    def error(self, message: str, status: int) -> JsonObject:
        """The API's error object."""
        return {"error": message}

    def error_frame(self, message: str) -> bytes:
        """An error object inside a stream."""
        return _line(self.error(message, 500))

    def _open(
        self, message: JsonObject, body: JsonObject, tokens: Sequence[AnswerToken] = ()
    ) -> bytes:
        """One line before the last."""
        return _line(
            {
                "model": self.model_of(body),
                "created_at": "2026-01-01T00:00:00Z",
                "message": {"role": "assistant"} | message,
                "done": False,
            }
            | _logprobs(tokens, body)
        )

    def _last(self, message: JsonObject, answer: Answer, body: JsonObject) -> JsonObject:
        """The end of an answer, with its counts."""
        options = body.get("options")
        window = options.get("num_ctx") if is_object(options) else None
        kept = answer.usage.prompt_tokens
        return {
            "model": self.model_of(body),
            "created_at": "2026-01-01T00:00:00Z",
            "message": {"role": "assistant"} | message,
            "done": True,
            "done_reason": self.finish_words[answer.finish],
            "total_duration": _NANOSECONDS,
            "prompt_eval_count": min(kept, window) if isinstance(window, int) else kept,
            "eval_count": answer.usage.completion_tokens,
        }


def _logprobs(tokens: Sequence[AnswerToken], body: JsonObject) -> JsonObject:
    """What a line says of its tokens, when that was asked for; the field is left out otherwise."""
    if body.get("logprobs") is not True or not tokens:
        return {}
    return {"logprobs": logprob_entries(tokens, body.get("top_logprobs"))}


def _call(call: ToolCall) -> JsonObject:
    """A call as the API writes it: the arguments are an object where they can be."""
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        arguments = call.arguments
    return {"function": {"name": call.name, "arguments": arguments}}


def _line(value: JsonObject) -> bytes:
    """One line of the stream."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # half a character, which JSON can only escape
        return json.dumps(value, separators=(",", ":")).encode() + b"\n"
