"""The pieces of llama.cpp's answer put together."""

import json

from loom_core.contracts.provider import ReasoningDelta, TextDelta
from loom_core.errors import BadOutput
from loom_core.types import FinishReason, ModelResponse, Timings, Usage
from loom_core.wire import (
    JsonObject,
    Refusal,
    TokenLogprobs,
    as_count,
    as_list,
    as_object,
    as_text,
    error_for,
)

_FINISH = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}


class ChatAnswer:
    """One answer while it comes in."""

    def __init__(self, model: str) -> None:
        """Begin an empty answer of a model."""
        self._model = model
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._finish: str = ""
        self._usage = Usage(calls=1)
        self._logprobs = TokenLogprobs()

    def add(self, chunk: JsonObject) -> TextDelta | ReasoningDelta | None:
        """Take a piece in; what of it the user may see. Raises ``ModelError`` when it is an error."""
        if "error" in chunk:
            raise self._error(chunk)
        if usage := as_object(chunk.get("usage")):
            self._usage = _usage(usage)
        for choice in map(as_object, as_list(chunk.get("choices"))[:1]):
            self._finish = as_text(choice.get("finish_reason")) or self._finish
            delta = as_object(choice.get("delta"))
            if not delta.get("reasoning_content"):
                self._logprobs.add(as_object(choice.get("logprobs")).get("content"))
            return self._delta(delta)
        return None

    def response(self, timings: Timings) -> ModelResponse:
        """The whole answer. Raises ``BadOutput`` when it broke off."""
        if self._finish not in _FINISH:
            raise BadOutput(
                f"the answer of {self._model} broke off ({self._finish or 'no finish reason'}); "
                "try again"
            )
        return ModelResponse(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            finish_reason=_FINISH[self._finish],
            usage=self._usage,
            timings=timings,
            model=self._model,
            logprobs=self._logprobs.tokens,
        )

    def _delta(self, delta: JsonObject) -> TextDelta | ReasoningDelta | None:
        """Keep the text or the thought of a piece."""
        if text := as_text(delta.get("content")):
            self._text.append(text)
            return TextDelta(text)
        if thought := as_text(delta.get("reasoning_content")):
            self._reasoning.append(thought)
            return ReasoningDelta(thought)
        return None

    def _error(self, chunk: JsonObject) -> Exception:
        """The typed error of an error piece."""
        status = as_count(as_object(chunk["error"]).get("code"))
        refusal = Refusal(status=status, body=json.dumps(chunk))
        return error_for(refusal, model=self._model, where="llama.cpp")


def _usage(usage: JsonObject) -> Usage:
    """The tokens of one call."""
    details = as_object(usage.get("prompt_tokens_details"))
    return Usage(
        prompt_tokens=as_count(usage.get("prompt_tokens")),
        cached_tokens=as_count(details.get("cached_tokens")),
        completion_tokens=as_count(usage.get("completion_tokens")),
        calls=1,
    )
