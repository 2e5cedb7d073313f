"""OpenAI's ``/v1/chat/completions``, as local servers speak it."""

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
from loom_core.types.message import FinishReason, ToolCall, Usage

_DONE = b"data: [DONE]\n\n"


class OpenAIWire(Wire):
    """Server-sent events with ``choices[].delta``, ended by ``[DONE]``."""

    api = "openai"
    content_type = "text/event-stream"
    finish_words: ClassVar = {
        FinishReason.STOP: "stop",
        FinishReason.TOOL_CALLS: "tool_calls",
        FinishReason.LENGTH: "length",
        FinishReason.REFUSED: "content_filter",
    }

    def read(self, body: JsonObject) -> Conversation:
        """The conversation of a request."""
        answer_format = body.get("response_format")
        wrapped = answer_format.get("json_schema") if is_object(answer_format) else None
        schema = wrapped.get("schema") if is_object(wrapped) else None
        messages, tools = objects_in(body.get("messages")), objects_in(body.get("tools"))
        return conversation_from("", messages, tools, schema, seed=body.get("seed"))

    def wants_stream(self, body: JsonObject) -> bool:
        """Only when asked for."""
        return body.get("stream") is True

    def frames(self, answer: Answer, body: JsonObject) -> list[bytes]:
        """Role, reasoning, text, calls, finish reason, usage when asked for, ``[DONE]``."""
        deltas: list[JsonObject] = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": piece} for piece in answer.pieces(answer.reasoning)]
        choices = [_choice(delta) for delta in deltas]
        choices += [
            _choice({"content": piece}) | _logprobs(tokens, body)
            for piece, tokens in answer.text_with_logprobs()
        ]
        deltas = []
        for index, call in enumerate(answer.calls):
            deltas += _call_deltas(index, call, answer)
        choices += [_choice(delta) for delta in deltas]
        frames = [self._frame(body, choice) for choice in choices]
        frames.append(self._frame(body, _choice({}, self.finish_words[answer.finish])))
        options = body.get("stream_options")
        if is_object(options) and options.get("include_usage"):
            frames.append(self.usage_frame(answer, body))
        return [*frames, _DONE]

    def whole(self, answer: Answer, body: JsonObject) -> JsonObject:
        """The answer in one piece."""
        message: JsonObject = {"role": "assistant", "content": answer.text}
        if answer.reasoning:
            message["reasoning_content"] = answer.reasoning
        if answer.calls:
            message["tool_calls"] = [_call(call) for call in answer.calls]
        finish = self.finish_words[answer.finish]
        choice = {"index": 0, "message": message, "finish_reason": finish}
        choice |= _logprobs(answer.logprobs, body)
        return self._envelope(body, "chat.completion") | {
            "choices": [choice],
            "usage": _usage(answer.usage),
        }

    def text_frame(self, text: str, body: JsonObject) -> bytes:
        """A piece with a bit of text."""
        return self._frame(body, _choice({"content": text}))

    def hollow_frame(self, body: JsonObject) -> bytes:
        """A piece without choices."""
        return self._frame(body)

    def usage_frame(self, answer: Answer, body: JsonObject) -> bytes:
        """The piece that ``include_usage`` adds: no choices, only token counts."""
        chunk = self._envelope(body, "chat.completion.chunk")
        return _event(chunk | {"choices": [], "usage": _usage(answer.usage)})

    def error(self, message: str, status: int) -> JsonObject:
        """The API's error object."""
        return {"error": {"message": message, "type": "scripted_error", "code": status}}

    def error_frame(self, message: str) -> bytes:
        """An error object inside a stream."""
        return _event(self.error(message, 500))

    def _frame(self, body: JsonObject, *choices: JsonObject) -> bytes:
        """One event of the stream."""
        return _event(self._envelope(body, "chat.completion.chunk") | {"choices": list(choices)})

    def _envelope(self, body: JsonObject, kind: str) -> JsonObject:
        """What every object of an answer has."""
        return {
            "id": "chatcmpl-scripted",
            "object": kind,
            "created": 0,
            "model": self.model_of(body),
        }


def _choice(delta: JsonObject, finish: str | None = None) -> JsonObject:
    """One choice of a piece."""
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _logprobs(tokens: Sequence[AnswerToken], body: JsonObject) -> JsonObject:
    """What a choice says of its tokens, when that was asked for."""
    if body.get("logprobs") is not True:
        return {}
    return {"logprobs": {"content": logprob_entries(tokens, body.get("top_logprobs"))}}


def _call_deltas(index: int, call: ToolCall, answer: Answer) -> list[JsonObject]:
    """The pieces of one call: id and name first, then the arguments."""
    head = {"index": index} | _call(ToolCall(id=call.id, name=call.name, arguments=""))
    rest = [
        {"index": index, "function": {"arguments": piece}}
        for piece in answer.pieces(call.arguments)
    ]
    return [{"tool_calls": [part]} for part in [head, *rest]]


def _call(call: ToolCall) -> JsonObject:
    """A call as the API writes it."""
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _usage(usage: Usage) -> JsonObject:
    """Token counts as the API writes them."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def _event(value: JsonObject) -> bytes:
    """One server-sent event."""
    return (
        b"data: " + json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n\n"
    )
