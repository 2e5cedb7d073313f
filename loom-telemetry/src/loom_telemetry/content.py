"""Texts as the conventions want them: JSON in an attribute. Only where the user asked for texts."""

import json
from collections.abc import Mapping, Sequence

from loom_core.types import FinishReason, Message, ModelResponse, Role, ToolCall


def instructions(prompt: Sequence[Message]) -> str:
    """What the system says at the beginning of a prompt."""
    return _text([_said(one.text) for one in prompt if one.role is Role.SYSTEM])


def messages(prompt: Sequence[Message]) -> str:
    """The rest of a prompt."""
    rest = [one for one in prompt if one.role is not Role.SYSTEM]
    return _text([{"role": one.role.value, "parts": _parts(one)} for one in rest])


def answer(response: ModelResponse) -> str:
    """What a model answered."""
    reason = response.finish_reason
    finished = "tool_call" if reason is FinishReason.TOOL_CALLS else reason.value
    parts = _parts(response.as_message())
    return _text([{"role": "assistant", "parts": parts, "finish_reason": finished}])


def arguments(given: Mapping[str, object]) -> str:
    """The arguments of a call."""
    return _text(given)


def _parts(message: Message) -> list[dict[str, object]]:
    """What a message is made of; pictures stay here."""
    if message.role is Role.TOOL:
        return [
            {"type": "tool_call_response", "id": message.tool_call_id, "response": message.text}
        ]
    parts: list[dict[str, object]] = []
    if message.reasoning:
        parts.append({"type": "reasoning", "content": message.reasoning})
    if message.text:
        parts.append(_said(message.text))
    return [*parts, *map(_called, message.tool_calls)]


def _said(text: str) -> dict[str, object]:
    return {"type": "text", "content": text}


def _called(call: ToolCall) -> dict[str, object]:
    return {"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
