"""A model request as the body that llama.cpp takes."""

from typing import Any

from loom_core.errors import RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role
from loom_core.wire import JsonObject
from loom_providers_llamacpp.catalogue import SamplingProfile
from loom_providers_llamacpp.schema import fit_schema


def chat_body(
    request: ModelRequest, settings: ModelSettings, profile: SamplingProfile | None, window: int
) -> JsonObject:
    """The body of a chat request.

    Raises ``RequestRejected`` for native tools: llama.cpp's own parser finds no calls in what small
    models write.
    """
    if request.tools:
        raise RequestRejected(
            "the embedded model takes no native tools; set dialect of the model to 'json_action'"
        )
    body: JsonObject = {
        "messages": [wire_message(message) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,  # pieces while it reads the prompt, so that it can be cancelled
        "cache_prompt": True,
        "max_tokens": _answer_budget(request, settings, profile, window),
        **_sampling(request, settings, profile),
    }
    if request.top_logprobs is not None:
        body |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    if request.answer_schema is not None:
        schema = fit_schema(dict(request.answer_schema))
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema, "strict": True},
        }
    elif request.answer_grammar is not None:
        body["grammar"] = request.answer_grammar
    return body


def _answer_budget(
    request: ModelRequest, settings: ModelSettings, profile: SamplingProfile | None, window: int
) -> int:
    """Tokens of the answer: as asked and as set, else what the model's profile says is of use."""
    usual = profile.max_answer_tokens if profile else window
    return min(request.max_tokens or window, settings.max_tokens or usual, window)


def wire_message(message: Message) -> JsonObject:
    """One turn; what the model thought is not sent again."""
    turn: JsonObject = {"role": message.role.value, "content": message.text}
    if message.tool_calls:
        turn["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.role is Role.TOOL:
        turn["tool_call_id"] = message.tool_call_id
    return turn


def _sampling(
    request: ModelRequest, settings: ModelSettings, profile: SamplingProfile | None
) -> dict[str, Any]:
    """How tokens are chosen: the request, else the profile; the settings' temperature is a cap."""
    asked = request.sampling
    temperature = asked.temperature
    if temperature is None and profile is not None:
        temperature = profile.temperature
    if settings.temperature is not None:
        wished = settings.temperature
        temperature = wished if temperature is None else min(wished, temperature)
    chosen = {
        "temperature": temperature,
        "top_p": asked.top_p or (profile.top_p if profile else None),
        "top_k": asked.top_k if asked.top_k is not None else profile and profile.top_k,
        "min_p": asked.min_p,
        "repeat_penalty": asked.repetition_penalty,
        "seed": asked.seed,
    }
    return {name: value for name, value in chosen.items() if value is not None}
