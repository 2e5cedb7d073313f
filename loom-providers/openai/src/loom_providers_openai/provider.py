"""The provider for OpenAI-compatible servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from loom_core.contracts.provider import (
    Capabilities,
    Finished,
    FoundModel,
    Health,
    ModelInfo,
    ModelServer,
    Provider,
    ProviderEnvironment,
    StreamItem,
)
from loom_core.errors import BadOutput, ModelError, ModelNotFound, RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRequest, ModelResponse, Role
from loom_core.wire import (
    CHARACTERS_PER_TOKEN,
    Pace,
    Patience,
    ServerAddress,
    TruncationGuard,
    key_for,
    least_tokens,
    request_characters,
)
from loom_providers_openai.answer import AnswerAssembly
from loom_providers_openai.credentials import OFFICIAL, is_official
from loom_providers_openai.discovery import find_llama_server, find_lm_studio
from loom_providers_openai.message_texts import MessageTexts
from loom_providers_openai.rendering import LOCAL_SAMPLING, Flavour
from loom_providers_openai.request_body import render_request

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from loom_providers_openai.http_client import HttpClient
    from loom_providers_openai.server_facts import ServerFacts

_OFFICIAL_SLOTS = 8
_PATH = "/chat/completions"


class OpenAIProvider(Provider):
    """One model of a server that speaks ``/chat/completions``.

    ``base_url`` empty is OpenAI itself, with the key of ``OPENAI_API_KEY``; without a path
    ``/v1`` is added.
    """

    def __init__(self, settings: ModelSettings, environment: ProviderEnvironment) -> None:
        """Keep the settings; connecting waits for the first call."""
        super().__init__(settings, environment)
        self._opened: HttpClient | None = None
        self._address: ServerAddress | None = None
        self._flavour = Flavour()
        self._texts = MessageTexts()
        self._guard: TruncationGuard | None = None
        self._pace = Pace()
        self._has_answered = False
        self._refused_grammar = False
        self._facts: ServerFacts | None = None
        self._asking = asyncio.Lock()

    @classmethod
    async def discover(cls, environment: ProviderEnvironment) -> Sequence[FoundModel]:
        """Models of a running LM Studio or llama-server; both are on this machine, offline or not."""
        studio, llama = await asyncio.gather(find_lm_studio(), find_llama_server())
        return [*studio, *llama]

    @property
    def server(self) -> ModelServer:
        """The server at ``base_url``, else OpenAI itself."""
        return ModelServer.at(ServerAddress.parse(self.settings.base_url or OFFICIAL.url))

    async def capabilities(self) -> Capabilities:
        """What such servers can do, and what this one says of its slots and its model's size."""
        if is_official(self._connect()):
            slots = self.settings.slots or _OFFICIAL_SLOTS
            return Capabilities(
                native_tools=True,
                answer_schema=True,
                slots=slots,
                sees_images=True,
                log_probabilities=self._flavour.gives_logprobs,
            )
        facts = await self._ask()
        return Capabilities(
            native_tools=True,
            answer_schema=self._flavour.takes_schema,
            slots=self.settings.slots or facts.slots or 1,
            prefers_json_action=facts.is_small,
            sees_images=facts.sees_images,
            grammar=self._flavour.takes_grammar,
            log_probabilities=self._flavour.gives_logprobs,
        )

    async def stream(self, request: ModelRequest) -> AsyncIterator[StreamItem]:
        """The answer as it comes."""
        from loom_providers_openai.streaming import ResponseReader  # imports aiohttp

        characters = request_characters(request)
        patience = self._patience(characters)
        turn = sum(message.role is Role.ASSISTANT for message in request.messages)
        assembly = AnswerAssembly(turn)
        response = await self._begin(request, patience)
        try:
            reader = ResponseReader(self._client(), response, assembly, patience)
            while (items := await reader.read()) is not None:
                for item in items:
                    yield item
        finally:
            # After the end of the body the connection is back in the pool and this does nothing;
            # before it, it closes the connection, which tells the server to stop.
            response.close()
        answer = assembly.response(patience)
        self._check(request, characters, answer, patience)
        yield Finished(answer)

    async def health(self) -> Health:
        """Whether the server answers and has the model."""
        try:
            models = await self.models()
        except ModelError as error:
            return Health.failed(error)
        names = [model.name for model in models]
        address = self._connect().url
        if self.settings.model and len(names) > 1 and self.settings.model not in names:
            return Health(
                is_ready=False,
                detail=f"{address} does not have {self.settings.model!r}; it has "
                + ", ".join(names[:8]),
            )
        return Health(is_ready=True, detail=f"{self.settings.model or 'a model'} at {address}")

    async def models(self) -> Sequence[ModelInfo]:
        """The models that the server offers, loaded ones first where it tells."""
        self._facts = None
        return (await self._ask()).models

    async def window(self) -> int | None:
        """The setting, else what the server says is loaded, else None.

        Raises ``RequestRejected`` when the setting is more than what is loaded.
        """
        wanted = self.settings.context_window
        if is_official(self._connect()):
            return wanted
        loaded = (await self._ask()).window
        if wanted is not None and loaded is not None and wanted > loaded:
            raise RequestRejected(
                f"context_window of {self.settings.model!r} is {wanted} and {self._connect().root} "
                f"has loaded {loaded} tokens; lower it, or load a larger window there"
            )
        return wanted or loaded

    async def loaded_window(self) -> int | None:
        """What the server says is loaded by now: some load a model only when it is first used."""
        if is_official(self._connect()) or (self._facts and self._facts.is_loaded):
            return None
        self._facts = None
        return (await self._ask()).window

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        client, self._opened = self._opened, None
        if client is not None:
            await client.close()

    def _patience(self, characters: int) -> Patience:
        """The limits of one call; the first one may have to wait until the model is loaded."""
        may_load = self._facts is not None and not self._facts.is_loaded and not self._has_answered
        reading = self._pace.reading_seconds(characters // CHARACTERS_PER_TOKEN)
        return Patience(self.settings, reading_seconds=reading, may_load=may_load)

    def _check(
        self, request: ModelRequest, characters: int, answer: ModelResponse, patience: Patience
    ) -> None:
        """Learn from an answer. Raises ``ContextExceeded`` when the server must have cut the prompt."""
        counted = answer.usage.prompt_tokens
        loaded = self._facts.window if self._facts is not None else None
        if loaded is not None and counted:
            self._guard = self._guard or TruncationGuard(
                self.settings.model, loaded, server=self._connect().root
            )
            self._guard.check_after(characters, counted, lambda: least_tokens(request))
        if request.top_logprobs and answer.text and not answer.logprobs:
            self._flavour = replace(self._flavour, gives_logprobs=False)
        self._has_answered = True
        self._pace.note(answer.usage, patience.first_token_seconds)

    async def _begin(self, request: ModelRequest, patience: Patience) -> ClientResponse:
        """The accepted response. A server is asked again without what it does not take."""
        client = self._client()
        model = self.settings.model or await self._only_model()
        while True:
            body = render_request(request, self.settings, model, self._flavour, self._texts)
            try:
                return await client.post(_PATH, body, patience)
            except (RequestRejected, BadOutput) as error:  # of a grammar its parser speaks
                humbler = self._without_refused(request, error)
                if humbler == self._flavour:
                    raise
                self._flavour = humbler

    async def _only_model(self) -> str:
        """The model to ask for when the settings name none."""
        models = (await self._ask()).models
        if not models:
            raise ModelNotFound(
                f"{self._connect().url} offers no model; load one there, or set model in the settings"
            )
        return models[0].name

    async def _ask(self) -> ServerFacts:
        """What the server says of itself; asked once."""
        from loom_providers_openai.server_facts import ask_server  # imports aiohttp

        async with self._asking:
            if self._facts is None:
                client = self._client()
                self._facts = await ask_server(client, self._connect(), self.settings.model)
                takes_grammar = self._facts.takes_grammar and not self._refused_grammar
                self._flavour = replace(self._flavour, takes_grammar=takes_grammar)
            return self._facts

    def _connect(self) -> ServerAddress:
        """The server's address, checked once. Raises when it may not be used."""
        if self._address is None:
            address = ServerAddress.parse(
                self.settings.base_url or OFFICIAL.url, default_path="/v1"
            )
            address.refuse_when_offline(is_offline=self.environment.is_offline)
            self._flavour = Flavour(is_official=is_official(address))
            self._address = address
        return self._address

    def _client(self) -> HttpClient:
        """The connection, made at the first call."""
        if self._opened is None:
            from loom_providers_openai.http_client import HttpClient  # imports aiohttp

            address = self._connect()
            self._opened = HttpClient(
                address, key_for(address, self.settings, OFFICIAL), self.settings
            )
        return self._opened

    def _without_refused(self, request: ModelRequest, error: ModelError) -> Flavour:
        """What to send from now on; the same as before when that would not help."""
        if self._is_about_schema(request, error):
            return replace(self._flavour, takes_schema=False)
        if request.answer_grammar and "grammar" in str(error):
            self._refused_grammar = True
            return replace(self._flavour, takes_grammar=False)
        if request.top_logprobs and "logprobs" in str(error):
            return replace(self._flavour, gives_logprobs=False)
        if any(word in str(error) for word in LOCAL_SAMPLING):
            return replace(self._flavour, takes_local_sampling=False)
        return self._flavour

    def _is_about_schema(self, request: ModelRequest, error: ModelError) -> bool:
        """Whether a refusal may go away without the answer's schema."""
        has_schema = request.answer_schema is not None and self._flavour.takes_schema
        words = ("response_format", "json_schema")
        return has_schema and any(word in str(error) for word in words)
