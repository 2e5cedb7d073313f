"""The answer, put together from the events of a stream or from one whole message."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from loom_core.contracts.provider import ReasoningDelta, StreamItem, TextDelta
from loom_core.errors import BadOutput
from loom_core.types import FinishReason, ModelResponse, Timings, ToolCall, Usage
from loom_core.wire import JsonObject, Patience, as_count, as_list, as_object, as_text

_FINISH = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "tool_use": FinishReason.TOOL_CALLS,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "refusal": FinishReason.REFUSED,
}
_BLOCK_OF_DELTA = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
    "input_json_delta": "tool_use",
}
_MAX_CHARACTERS = 8_000_000
"""More than any window holds: the server does not stop."""


@dataclass(slots=True)
class _Block:
    """One content block that may still grow."""

    start: JsonObject
    pieces: list[str] = field(default_factory=list[str])
    signature: list[str] = field(default_factory=list[str])

    @property
    def kind(self) -> str:
        """Its type, such as ``text``, ``thinking`` or ``tool_use``."""
        return as_text(self.start.get("type"))

    @property
    def text(self) -> str:
        """What came of it."""
        return "".join(self.pieces)


class AnswerAssembly:
    """One answer in the making."""

    def __init__(self, turn: int) -> None:
        """Start empty; the turn goes into the ids of calls that come without one."""
        self.is_done = False
        """Whether the server said that nothing more comes."""
        self._turn = turn
        self._blocks: dict[int, _Block] = {}
        self._finish = ""
        self._refusal = ""
        self._counts: dict[str, int] = {}
        self._model = ""
        self._characters = 0

    @property
    def has_started(self) -> bool:
        """Whether any of the answer came that can be shown or run; thinking may be withheld."""
        return bool(self._characters) or any(b.kind == "tool_use" for b in self._blocks.values())

    def add(self, event: JsonObject) -> list[StreamItem]:
        """Take one event; gives what can be shown of it. Raises ``BadOutput`` when it never ends."""
        match event.get("type"):
            case "message_start":
                self._take_facts(as_object(event.get("message")))
            case "content_block_start":
                return self._begin(event, as_object(event.get("content_block")))
            case "content_block_delta":
                return self._extend(event, as_object(event.get("delta")))
            case "message_delta":
                self._take_facts(as_object(event.get("delta")) | {"usage": event.get("usage")})
            case "message_stop":
                self.is_done = True
            case "message":
                return self._take_whole(event)
            case _:  # a ping, the end of a block, and whatever the API adds
                pass
        return []

    def response(self, patience: Patience) -> ModelResponse:
        """The whole answer. Raises ``BadOutput`` when the stream broke off before its end."""
        if not self._finish:
            raise BadOutput(
                "the server's stream broke off before the answer was complete; trying again may help"
            )
        if self._finish not in _FINISH:
            raise BadOutput(
                f"the server ended the answer with the unknown reason {self._finish[:40]!r}; "
                "trying again may help"
            )
        blocks = [block for _, block in sorted(self._blocks.items())]
        calls = self._calls(blocks)
        text = "".join(block.text for block in blocks if block.kind == "text")
        return ModelResponse(
            text=text or self._refusal,
            reasoning="".join(block.text for block in blocks if block.kind == "thinking"),
            tool_calls=calls,
            finish_reason=self._finish_reason(has_calls=bool(calls)),
            usage=self._usage(),
            timings=Timings(
                first_token_seconds=patience.first_token_seconds,
                total_seconds=patience.total_seconds,
            ),
            model=self._model,
            signed=_signed(blocks, calls),
        )

    def _begin(self, event: JsonObject, start: JsonObject) -> list[StreamItem]:
        """Begin a block; most begin empty."""
        index = _index(event)
        if index in self._blocks:
            raise BadOutput(
                f"the server began block {index} of an answer twice; trying again may help"
            )
        block = self._blocks[index] = _Block(start)
        match block.kind:
            case "text":
                return self._show(block, as_text(start.get("text")))
            case "thinking":
                block.signature.append(as_text(start.get("signature")))
                return self._show(block, as_text(start.get("thinking")))
            case "tool_use" if whole := as_object(start.get("input")):
                return self._show(block, json.dumps(whole, ensure_ascii=False))
            case _:
                return []

    def _extend(self, event: JsonObject, delta: JsonObject) -> list[StreamItem]:
        """Add a piece to its block; one that was never begun begins with it."""
        kind = as_text(delta.get("type"))
        begun = _Block({"type": _BLOCK_OF_DELTA.get(kind, "")})
        block = self._blocks.setdefault(_index(event), begun)
        if kind == "signature_delta":
            block.signature.append(as_text(delta.get("signature")))
            return []
        piece = (
            as_text(delta.get("text"))
            or as_text(delta.get("thinking"))
            or as_text(delta.get("partial_json"))
        )
        return self._show(block, piece)

    def _show(self, block: _Block, piece: str) -> list[StreamItem]:
        """Keep a piece; what of it can be shown."""
        block.pieces.append(piece)
        self._characters += len(piece)
        if self._characters > _MAX_CHARACTERS:
            raise BadOutput(
                f"the answer is longer than {_MAX_CHARACTERS} characters and does not end; "
                "set max_tokens of the model"
            )
        if not piece or block.kind not in {"text", "thinking"}:
            return []
        return [TextDelta(piece) if block.kind == "text" else ReasoningDelta(piece)]

    def _take_whole(self, message: JsonObject) -> list[StreamItem]:
        """The answer of a server that does not stream."""
        self._take_facts(message)
        items: list[StreamItem] = []
        for index, block in enumerate(as_list(message.get("content"))):
            items += self._begin({"index": index}, as_object(block))
        return items

    def _take_facts(self, facts: JsonObject) -> None:
        """Keep what is said of the answer as a whole; token counts are totals so far."""
        self._model = as_text(facts.get("model")) or self._model
        self._finish = as_text(facts.get("stop_reason")) or self._finish
        details = as_object(facts.get("stop_details"))
        self._refusal = as_text(details.get("explanation")) or self._refusal
        usage = as_object(facts.get("usage"))
        self._counts |= {name: as_count(count) for name, count in usage.items() if count}

    def _usage(self) -> Usage:
        """The token counts. What was read from the cache or written to it is part of the prompt."""
        count = self._counts.get
        cached = count("cache_read_input_tokens", 0)
        written = count("cache_creation_input_tokens", 0)
        return Usage(
            prompt_tokens=count("input_tokens", 0) + cached + written,
            cached_tokens=cached,
            completion_tokens=count("output_tokens", 0),
            calls=1,
        )

    def _calls(self, blocks: list[_Block]) -> tuple[ToolCall, ...]:
        """The calls; an id that is missing or was given twice is made, the same on every try."""
        calls: dict[str, ToolCall] = {}
        for block in blocks:
            name = as_text(block.start.get("name"))
            if block.kind == "tool_use" and name:
                given = as_text(block.start.get("id"))
                made = f"call_{self._turn}_{len(calls)}"
                call_id = made if not given or given in calls else given
                calls[call_id] = ToolCall(id=call_id, name=name, arguments=block.text or "{}")
        return tuple(calls.values())

    def _finish_reason(self, *, has_calls: bool) -> FinishReason:
        """Why it stopped."""
        reason = _FINISH[self._finish]
        if reason in {FinishReason.STOP, FinishReason.TOOL_CALLS}:
            return FinishReason.TOOL_CALLS if has_calls else FinishReason.STOP
        return reason


def _signed(blocks: list[_Block], calls: tuple[ToolCall, ...]) -> str:
    """The blocks as they go back to the server, if it signed any of them; else nothing."""
    thoughts = {"thinking", "redacted_thinking"}
    if not any(block.kind in thoughts for block in blocks):
        return ""
    ids = iter(calls)
    kept: list[JsonObject] = []
    for block in blocks:
        if block.kind == "redacted_thinking":
            kept.append(block.start)
        elif block.kind == "thinking" and (signature := "".join(block.signature)):
            kept.append({"type": "thinking", "thinking": block.text, "signature": signature})
        elif block.kind == "text" and block.text.strip():
            kept.append({"type": "text", "text": block.text})
        elif block.kind == "tool_use" and block.start.get("name"):
            kept.append({"type": "tool_use", "id": next(ids).id})
    return json.dumps(kept, separators=(",", ":"))


def _index(event: JsonObject) -> int:
    """Which block an event is about."""
    index = event.get("index")
    return index if isinstance(index, int) else 0
