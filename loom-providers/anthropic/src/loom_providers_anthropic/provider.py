"""The provider for Claude."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from loom_core.contracts.provider import (
    Capabilities,
    Finished,
    Health,
    ModelInfo,
    Provider,
    ProviderEnvironment,
    StreamItem,
)
from loom_core.errors import ModelError, ModelNotFound, RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role
from loom_core.wire import (
    CHARACTERS_PER_TOKEN,
    Pace,
    Patience,
    ServerAddress,
    TruncationGuard,
    as_count,
    least_tokens,
    request_characters,
)
from loom_providers_anthropic.answer import AnswerAssembly
from loom_providers_anthropic.credentials import OFFICIAL, server_address
from loom_providers_anthropic.request_body import (
    Enforcement,
    render_conversation,
    render_request,
)

if TYPE_CHECKING:
    import httpx2

    from loom_providers_anthropic.client import Client
    from loom_providers_anthropic.server_facts import ModelFacts

_SLOTS = 8
_SMALLEST_WINDOW = 200_000
"""Every Claude that is offered has at least this. Source: platform.claude.com, models overview."""
_USUAL_MAX_TOKENS = 32_000
"""For servers that do not say how much a model can write. All models offered in 2026 can write this."""
_STRICT_WORDS = ("strict", "grammar", "input_schema", "tools.")
_SCHEMA_WORDS = ("output_config", "output_format", "schema", "grammar")


class AnthropicProvider(Provider):
    """One Claude, or one model of a server that speaks the same API.

    ``base_url`` empty is Anthropic itself, with the key of ``ANTHROPIC_API_KEY``.
    """

    def __init__(self, settings: ModelSettings, environment: ProviderEnvironment) -> None:
        """Keep the settings; connecting waits for the first call."""
        super().__init__(settings, environment)
        self._address: ServerAddress | None = None
        self._opened: Client | None = None
        self._enforcement = Enforcement()
        self._facts: ModelFacts | None = None
        self._pace = Pace()
        self._asking = asyncio.Lock()

    async def capabilities(self) -> Capabilities:
        """What the server says of the model, else what every Claude can do."""
        facts = await self._ask()
        is_claude = OFFICIAL.is_at(self._connect())
        return Capabilities(
            native_tools=True,
            answer_schema=self._enforcement.answer and facts.enforces_schema is not False,
            slots=self.settings.slots or (_SLOTS if is_claude else 1),
            sees_images=is_claude if facts.sees_images is None else facts.sees_images,
        )

    async def stream(self, request: ModelRequest) -> AsyncIterator[StreamItem]:
        """The answer as it comes."""
        facts = await self._ask()
        characters = request_characters(request)
        reading = self._pace.reading_seconds(characters // CHARACTERS_PER_TOKEN)
        patience = Patience(self.settings, reading_seconds=reading)
        turn = sum(message.role is Role.ASSISTANT for message in request.messages)
        assembly = AnswerAssembly(turn)
        async with AsyncExitStack() as stack:
            response = await self._begin(stack, request, facts, patience)
            from loom_providers_anthropic.streaming import ResponseReader  # imports the SDK

            reader = ResponseReader(self._client(), response, assembly, patience)
            while (items := await reader.read()) is not None:
                for item in items:
                    yield item
        answer = assembly.response(patience)
        if facts.window:
            guard = TruncationGuard(self.settings.model, facts.window, server=self._connect().root)
            guard.check_after(
                characters, answer.usage.prompt_tokens or None, lambda: least_tokens(request)
            )
        self._pace.note(answer.usage, patience.first_token_seconds)
        yield Finished(answer)

    async def health(self) -> Health:
        """Whether the server answers and has the model."""
        try:
            await self._ask()
        except ModelError as error:
            return Health.failed(error)
        return Health(is_ready=True, detail=f"{self.settings.model} at {self._connect().url}")

    async def models(self) -> Sequence[ModelInfo]:
        """The models that the server offers, the newest first."""
        client = self._client()
        from loom_providers_anthropic.server_facts import ask_models  # imports the SDK

        return await ask_models(client)

    async def window(self) -> int | None:
        """The setting, else what the server says, else what every Claude has."""
        if self.settings.context_window is not None:
            return self.settings.context_window
        facts = await self._ask()
        fallback = _SMALLEST_WINDOW if OFFICIAL.is_at(self._connect()) else None
        return facts.window or fallback

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens as the server counts them; an estimate where it does not."""
        body = {"model": self.settings.model, **render_conversation(messages)}
        counted = await self._client().ask("/v1/messages/count_tokens", body)
        return as_count((counted or {}).get("input_tokens")) or await super().count_tokens(messages)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        client, self._opened = self._opened, None
        if client is not None:
            await client.close()

    async def _begin(
        self,
        stack: AsyncExitStack,
        request: ModelRequest,
        facts: ModelFacts,
        patience: Patience,
    ) -> httpx2.Response:
        """The accepted response. What the server cannot enforce is asked again without, once each."""
        longest = facts.max_tokens or _USUAL_MAX_TOKENS
        while True:
            body = render_request(request, self.settings, longest, self._enforcement)
            try:
                return await stack.enter_async_context(self._client().post(body, patience))
            except RequestRejected as error:
                less = self._less_enforced(request, str(error))
                if less is None:
                    raise
                self._enforcement = less

    def _less_enforced(self, request: ModelRequest, said: str) -> Enforcement | None:
        """What to enforce after a refusal that may be about it; None when it is about something else."""
        was = self._enforcement
        if request.tools and was.tools and any(word in said for word in _STRICT_WORDS):
            return replace(was, tools=False)
        has_schema = request.answer_schema is not None
        if has_schema and was.answer and any(word in said for word in _SCHEMA_WORDS):
            return replace(was, answer=False)
        return None

    async def _ask(self) -> ModelFacts:
        """What the server says of the model; asked once."""
        async with self._asking:
            if self._facts is None:
                self._facts = await self._look()
            return self._facts

    async def _look(self) -> ModelFacts:
        """Ask the server for the model. Raises ``ModelNotFound`` where it certainly is not there."""
        model = self.settings.model
        if not model:
            raise ModelNotFound(
                "no Claude is named; set model, for example claude-sonnet-5-5; `loom models` lists them"
            )
        client = self._client()
        from loom_providers_anthropic.server_facts import ModelFacts, ask_model, ask_models

        facts = await ask_model(client, model)
        if facts is not None:
            return facts
        names = [offered.name for offered in await ask_models(client)]
        if names and model not in names:
            raise ModelNotFound(
                f"{self._connect().url} does not have {model!r}; it has {', '.join(names[:8])}"
            )
        return ModelFacts()

    def _connect(self) -> ServerAddress:
        """The server's address, checked once. Raises when it may not be used."""
        if self._address is None:
            address = server_address(self.settings.base_url)
            address.refuse_when_offline(is_offline=self.environment.is_offline)
            self._address = address
        return self._address

    def _client(self) -> Client:
        """The connection, made at the first call."""
        if self._opened is None:
            address = self._connect()  # before the SDK, whose import takes seconds
            from loom_providers_anthropic.client import Client

            self._opened = Client(address, self.settings)
        return self._opened
