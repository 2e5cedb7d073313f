"""A request as ``/chat/completions`` takes it.

The same conversation always gives the same bytes, and a longer one starts with the shorter one's:
the server's prompt cache lives from it.
"""

from typing import Any

from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRequest
from loom_providers_openai.message_texts import MessageTexts, compact
from loom_providers_openai.rendering import (
    Flavour,
    answer_format,
    render_tool,
    sampling,
    smaller,
)


def render_request(
    request: ModelRequest,
    settings: ModelSettings,
    model: str,
    flavour: Flavour,
    texts: MessageTexts,
) -> bytes:
    """The body of a streamed request. Raises ``RequestRejected`` for an impossible schema."""
    messages = ",".join([texts.of(message, flavour) for message in request.messages])
    rest: dict[str, Any] = {}
    if request.tools:
        rest["tools"] = [render_tool(tool) for tool in request.tools]
    if request.answer_schema is not None and flavour.takes_schema:
        rest["response_format"] = answer_format(request.answer_schema, flavour)
    if request.top_logprobs is not None and flavour.gives_logprobs:
        rest |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    rest |= sampling(request, settings, flavour)
    limit = smaller(request.max_tokens, settings.max_tokens)
    if limit is not None:
        rest["max_completion_tokens" if flavour.is_official else "max_tokens"] = limit
    rest |= {"stream": True, "stream_options": {"include_usage": True}}
    return f'{{"model":{compact(model)},"messages":[{messages}],{compact(rest)[1:]}'.encode()
