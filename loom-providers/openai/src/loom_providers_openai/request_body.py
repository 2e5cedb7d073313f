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
    head = f'{{"model":{compact(model)},"messages":[{texts.of(request.messages, flavour)}],'
    if request.tools:
        head += f'"tools":[{texts.of_tools(request.tools)}],'
    rest: dict[str, Any] = {}
    if request.answer_schema is not None and flavour.takes_schema:
        rest["response_format"] = answer_format(request.answer_schema, flavour)
    elif request.answer_grammar is not None and flavour.takes_grammar:
        rest["grammar"] = request.answer_grammar
    if request.top_logprobs is not None and flavour.gives_logprobs:
        rest |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    rest |= sampling(request, settings, flavour)
    limit = smaller(request.max_tokens, settings.max_tokens)
    if limit is not None:
        rest["max_completion_tokens" if flavour.is_official else "max_tokens"] = limit
    rest |= {"stream": True, "stream_options": {"include_usage": True}}
    return (head + compact(rest)[1:]).encode()
