"""The calls of a probe: sampled as they will be at work, counted, and watched for reasoning."""

from collections.abc import Sequence

from pydantic import JsonValue

from loom_core.contracts.provider import Provider
from loom_core.errors import BadOutput, ContextExceeded, RequestRejected
from loom_core.routing.backoff import with_backoff
from loom_core.routing.listening import listen
from loom_core.types import (
    FinishReason,
    Message,
    ModelRequest,
    ModelResponse,
    Role,
    Sampling,
    ToolSpec,
)

_ANSWER_TOKENS = 2048
"""Enough for a model that thinks first."""
_THOUGHT = "<think>"


class Interview:
    """One model being asked."""

    def __init__(self, provider: Provider, sampling: Sampling) -> None:
        """Ask through a provider, sampled like this."""
        self.provider = provider
        self.calls = 0
        self.has_reasoned = False
        self._sampling = sampling

    async def ask(
        self,
        *messages: Message,
        tools: Sequence[ToolSpec] = (),
        schema: dict[str, JsonValue] | None = None,
        grammar: str | None = None,
        max_tokens: int = _ANSWER_TOKENS,
    ) -> ModelResponse:
        """One answer. Raises ``ModelError``."""
        request = ModelRequest(
            messages=messages,
            tools=tuple(tools),
            answer_schema=schema,
            answer_grammar=grammar,
            sampling=self._sampling,
            max_tokens=max_tokens,
        )
        self.calls += 1
        response = await with_backoff(
            lambda: listen(self.provider, request),
            load_timeout_seconds=self.provider.settings.load_timeout_seconds,
        )
        if response.reasoning or response.text.lstrip().startswith(_THOUGHT):
            self.has_reasoned = True
        return response

    async def try_to_ask(
        self,
        *messages: Message,
        tools: Sequence[ToolSpec] = (),
        schema: dict[str, JsonValue] | None = None,
        grammar: str | None = None,
    ) -> ModelResponse | None:
        """One whole answer; None when this request cannot be answered or was cut off.

        Raises ``ModelError`` for all that is wrong with the server and not with the request.
        """
        try:
            response = await self.ask(*messages, tools=tools, schema=schema, grammar=grammar)
        except (BadOutput, ContextExceeded, RequestRejected):
            return None
        return None if response.finish_reason is FinishReason.LENGTH else response


def user(text: str) -> Message:
    """A turn of the user."""
    return Message(role=Role.USER, text=text)
