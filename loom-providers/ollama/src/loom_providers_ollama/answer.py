"""The answer, put together from the lines of a stream."""

import json

from loom_core.contracts.provider import ReasoningDelta, StreamItem, TextDelta
from loom_core.errors import BadOutput
from loom_core.types import FinishReason, ModelResponse, Timings, ToolCall, Usage
from loom_core.wire import (
    JsonObject,
    Patience,
    TokenLogprobs,
    as_count,
    as_list,
    as_object,
    as_text,
)

_FINISH = {"": FinishReason.STOP, "stop": FinishReason.STOP, "length": FinishReason.LENGTH}
_MAX_CHARACTERS = 8_000_000
"""More than any window holds: the server does not stop."""


class AnswerAssembly:
    """One answer in the making."""

    def __init__(self, turn: int) -> None:
        """Start empty; the turn goes into the ids of calls, which the API often leaves out."""
        self.is_done = False
        """Whether the last line came."""
        self.prompt_eval_count: int | None = None
        """Prompt tokens as the server counted them; None when it did not say."""
        self._turn = turn
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._calls: list[ToolCall] = []
        self._reason = ""
        self._usage = Usage(calls=1)
        self._logprobs = TokenLogprobs()
        self._model = ""
        self._characters = 0

    @property
    def has_started(self) -> bool:
        """Whether any of the answer came, calls included."""
        return bool(self._characters or self._calls)

    def add(self, line: JsonObject) -> list[StreamItem]:
        """Take one line; gives what can be shown of it. Raises ``BadOutput`` when it never ends."""
        self._model = as_text(line.get("model")) or self._model
        message = as_object(line.get("message"))
        items = self._take(message)
        if message.get("content") or not message.get("thinking"):
            self._logprobs.add(line.get("logprobs"))
        if line.get("done") is True:
            self.is_done = True
            self._reason = as_text(line.get("done_reason"))
            self._count_tokens(line)
        return items

    def response(self, patience: Patience) -> ModelResponse:
        """The whole answer. Raises ``BadOutput`` when the stream broke off before its end."""
        if not self.is_done:
            raise BadOutput(
                "Ollama's stream broke off before the answer was complete; "
                "its log says why, trying again may help"
            )
        return ModelResponse(
            text="".join(self._texts),
            reasoning="".join(self._thoughts),
            tool_calls=tuple(self._calls),
            finish_reason=self._finish_reason(),
            usage=self._usage,
            timings=Timings(
                first_token_seconds=patience.first_token_seconds,
                total_seconds=patience.total_seconds,
            ),
            model=self._model,
            logprobs=self._logprobs.tokens,
        )

    def _take(self, message: JsonObject) -> list[StreamItem]:
        """Add the message of one line."""
        items: list[StreamItem] = []
        if thought := as_text(message.get("thinking")):
            self._thoughts.append(thought)
            items.append(ReasoningDelta(thought))
        if text := as_text(message.get("content")):
            self._texts.append(text)
            items.append(TextDelta(text))
        for call in as_list(message.get("tool_calls")):
            self._add_call(as_object(call))
        self._characters += len(thought) + len(text)
        if self._characters > _MAX_CHARACTERS:
            raise BadOutput(
                f"the answer is longer than {_MAX_CHARACTERS} characters and does not end; "
                "set max_tokens of the model"
            )
        return items

    def _add_call(self, call: JsonObject) -> None:
        """Add a call, which comes whole; its arguments become text that parses to the same."""
        function = as_object(call.get("function"))
        name = as_text(function.get("name"))
        if not name:
            return
        arguments = function.get("arguments", {})
        text = (
            arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
        )
        made = f"call_{self._turn}_{len(self._calls)}"
        call_id = as_text(call.get("id")) or made
        self._calls.append(ToolCall(id=call_id, name=name, arguments=text))

    def _count_tokens(self, line: JsonObject) -> None:
        """Keep the token counts of the last line. Ollama says nothing of its prompt cache."""
        if "prompt_eval_count" in line:
            self.prompt_eval_count = as_count(line["prompt_eval_count"])
        self._usage = Usage(
            prompt_tokens=self.prompt_eval_count or 0,
            completion_tokens=as_count(line.get("eval_count")),
            calls=1,
        )

    def _finish_reason(self) -> FinishReason:
        """Why it stopped. An unknown reason is no answer: the model may have been unloaded."""
        reason = _FINISH.get(self._reason)
        if reason is None:
            raise BadOutput(
                f"Ollama ended the answer with the reason {self._reason[:40]!r}; "
                "its log says why, trying again may help"
            )
        if reason is FinishReason.STOP and self._calls:
            return FinishReason.TOOL_CALLS
        return reason
