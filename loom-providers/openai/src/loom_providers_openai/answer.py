"""The answer, put together from the chunks of a stream or from one whole object."""

from loom_core.contracts.provider import ReasoningDelta, StreamItem, TextDelta
from loom_core.errors import BadOutput
from loom_core.types import FinishReason, ModelResponse, Timings, Usage
from loom_core.wire import (
    JsonObject,
    Patience,
    TokenLogprobs,
    as_count,
    as_list,
    as_object,
    as_text,
)
from loom_providers_openai.tool_calls import ToolCallAssembly

_FINISH = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "end_turn": FinishReason.STOP,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "tool_use": FinishReason.TOOL_CALLS,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "content_filter": FinishReason.REFUSED,
    "refusal": FinishReason.REFUSED,
}
_MAX_CHARACTERS = 8_000_000
"""More than any window holds: the server does not stop."""


class AnswerAssembly:
    """One answer in the making."""

    def __init__(self, turn: int) -> None:
        """Start empty; the turn goes into the ids of calls that come without one."""
        self.is_done = False
        """Whether the server said that nothing more comes."""
        self._turn = turn
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._calls = ToolCallAssembly()
        self._finish = ""
        self._was_refused = False
        self._usage = Usage(calls=1)
        self._logprobs = TokenLogprobs()
        self._model = ""
        self._characters = 0

    @property
    def has_started(self) -> bool:
        """Whether any of the answer came, calls included."""
        return bool(self._characters or self._calls.is_started)

    def add(self, chunk: JsonObject) -> list[StreamItem]:
        """Take one chunk; gives what can be shown of it. Raises ``BadOutput`` when it never ends."""
        self._model = as_text(chunk.get("model")) or self._model
        if chunk.get("usage") or chunk.get("timings"):
            self._usage = _usage(chunk) or self._usage
        choices = as_list(chunk.get("choices"))
        if not choices:
            return []
        choice = as_object(choices[0])
        self._finish = as_text(choice.get("finish_reason")) or self._finish
        delta = as_object(choice.get("delta")) or as_object(choice.get("message"))
        if delta.get("content") or not (delta.get("reasoning_content") or delta.get("reasoning")):
            self._logprobs.add(as_object(choice.get("logprobs")).get("content"))
        return self._take(delta)

    def response(self, patience: Patience) -> ModelResponse:
        """The whole answer. Raises ``BadOutput`` when the stream broke off before its end."""
        if not self._finish and not self.is_done:
            raise BadOutput(
                "the server's stream broke off before the answer was complete; "
                "its log says why, trying again may help"
            )
        calls = self._calls.calls(self._turn)
        return ModelResponse(
            text="".join(self._texts),
            reasoning="".join(self._thoughts),
            tool_calls=calls,
            finish_reason=self._finish_reason(has_calls=bool(calls)),
            usage=self._usage,
            timings=Timings(
                first_token_seconds=patience.first_token_seconds,
                total_seconds=patience.total_seconds,
            ),
            model=self._model,
            logprobs=self._logprobs.tokens,
        )

    def _take(self, delta: JsonObject) -> list[StreamItem]:
        """Add one delta."""
        items: list[StreamItem] = []
        thought = _text(delta.get("reasoning_content")) or _text(delta.get("reasoning"))
        if thought:
            self._thoughts.append(thought)
            items.append(ReasoningDelta(thought))
        refusal = as_text(delta.get("refusal"))
        self._was_refused = self._was_refused or bool(refusal)
        text = _text(delta.get("content")) or refusal
        if text:
            self._texts.append(text)
            items.append(TextDelta(text))
        if delta.get("tool_calls"):
            self._calls.add(delta["tool_calls"])
        self._count(len(thought) + len(text))
        return items

    def _count(self, characters: int) -> None:
        """Keep the answer within bounds."""
        self._characters += characters
        if self._characters > _MAX_CHARACTERS:
            raise BadOutput(
                f"the answer is longer than {_MAX_CHARACTERS} characters and does not end; "
                "set max_tokens of the model"
            )

    def _finish_reason(self, *, has_calls: bool) -> FinishReason:
        """Why it stopped. An unknown reason is no answer: it may mean that the server gave up."""
        reason = _FINISH.get(self._finish.lower() or "stop")
        if reason is None:
            raise BadOutput(
                f"the server ended the answer with the unknown reason {self._finish[:40]!r}; "
                "its log says why, trying again may help"
            )
        if self._was_refused:
            return FinishReason.REFUSED
        if reason in {FinishReason.STOP, FinishReason.TOOL_CALLS}:
            return FinishReason.TOOL_CALLS if has_calls else FinishReason.STOP
        return reason


def _text(content: object) -> str:
    """Text that is a string, or a list of parts."""
    if not isinstance(content, str):
        return "".join(as_text(as_object(part).get("text")) for part in as_list(content))
    return content


def _usage(chunk: JsonObject) -> Usage | None:
    """Token counts of a chunk: OpenAI's, and what llama.cpp adds; None when it has none."""
    usage, timings = as_object(chunk.get("usage")), as_object(chunk.get("timings"))
    details = as_object(usage.get("prompt_tokens_details"))
    cached = as_count(details.get("cached_tokens")) or as_count(timings.get("cache_n"))
    prompt = as_count(usage.get("prompt_tokens")) or as_count(timings.get("prompt_n")) + as_count(
        timings.get("cache_n")
    )
    written = as_count(usage.get("completion_tokens")) or as_count(timings.get("predicted_n"))
    if not prompt and not written:
        return None
    return Usage(
        prompt_tokens=prompt,
        cached_tokens=min(cached, prompt),
        completion_tokens=written,
        calls=1,
    )
