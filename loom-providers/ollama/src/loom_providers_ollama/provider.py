"""The provider for Ollama's native API."""

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
from loom_core.errors import ModelError, ModelNotFound, RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role
from loom_core.wire import Pace, Patience, ServerAddress, TruncationGuard, least_tokens
from loom_providers_ollama.address import ollama_address
from loom_providers_ollama.answer import AnswerAssembly
from loom_providers_ollama.discovery import find_ollama
from loom_providers_ollama.rendering import render_request
from loom_providers_ollama.server_facts import (
    ModelFacts,
    facts_in,
    full_name,
    is_cloud,
    loaded_windows,
    models_in,
)

if TYPE_CHECKING:
    from loom_providers_ollama.http_client import HttpClient

DEFAULT_WINDOW = 16_384
"""Taken, and said, when nobody set one and the model is not loaded.

Enough for a plan and its work, and small enough for 8 GB of memory with a 7B model.
"""
_SMALL_MODEL_PARAMETERS = 4e9
"""Below this a server's own tool calling was found worse than one JSON action."""
_BYTES_PER_TURN = 40
"""What the roles and brackets around a turn take."""
_BYTES_PER_IMAGE = 6000
"""As much text takes about as many tokens as a picture, whatever the size of its file."""


class OllamaProvider(Provider):
    """One model of an Ollama server, with one context window for the whole run."""

    def __init__(self, settings: ModelSettings, environment: ProviderEnvironment) -> None:
        """Keep the settings; connecting waits for the first call."""
        super().__init__(settings, environment)
        self._address: ServerAddress | None = None
        self._opened: HttpClient | None = None
        self._facts: ModelFacts | None = None
        self._guard: TruncationGuard | None = None
        self._num_ctx = 0
        self._is_loaded = False
        self._gives_logprobs = True
        self._pace = Pace()
        self._asking = asyncio.Lock()
        self._loading = asyncio.Lock()

    @classmethod
    async def discover(cls, environment: ProviderEnvironment) -> Sequence[FoundModel]:
        """Models of a running Ollama."""
        return await find_ollama(environment)

    @property
    def server(self) -> ModelServer:
        """The Ollama that the setting or ``OLLAMA_HOST`` names; it hands cloud models' work on."""
        server = ModelServer.at(ollama_address(self.settings.base_url))
        return replace(server, is_local=server.is_local and not is_cloud(self.settings.model))

    async def capabilities(self) -> Capabilities:
        """What Ollama says the model can do. It does not say how many slots it has."""
        facts, _ = await self._ask()
        return Capabilities(
            native_tools=facts.can_call_tools,
            answer_schema=True,
            slots=self.settings.slots or 1,
            prefers_json_action=0 < facts.parameters < _SMALL_MODEL_PARAMETERS,
            sees_images=facts.sees_images,
            log_probabilities=self._gives_logprobs,
        )

    async def stream(self, request: ModelRequest) -> AsyncIterator[StreamItem]:
        """The answer as it comes. Raises ``ContextExceeded`` when Ollama cut the prompt."""
        from loom_providers_ollama.streaming import ResponseReader  # imports httpx

        _, guard = await self._ask()
        body = render_request(request, self.settings, self._num_ctx)
        size_bytes = _prompt_bytes(body, request)
        guard.check_before(size_bytes)
        await self.prepare()
        reading = self._pace.reading_seconds(guard.estimate(size_bytes))
        patience = Patience(self.settings, reading_seconds=reading)
        turn = sum(message.role is Role.ASSISTANT for message in request.messages)
        assembly = AnswerAssembly(turn)
        client = self._client()
        response = await client.post("/api/chat", body, patience)
        try:
            reader = ResponseReader(client, response, assembly, patience)
            while (items := await reader.read()) is not None:
                for item in items:
                    yield item
        finally:
            # Before the end of the body this closes the connection, which tells Ollama to stop.
            await response.aclose()
        answer = assembly.response(patience)
        guard.check_after(size_bytes, assembly.prompt_eval_count, lambda: least_tokens(request))
        if request.top_logprobs and answer.text and not answer.logprobs:
            self._gives_logprobs = False  # an Ollama before 0.12.11 does not know the field
        self._pace.note(answer.usage, patience.first_token_seconds)
        yield Finished(answer)

    async def prepare(self) -> None:
        """Have Ollama load the model with the window of this run, once; that may take minutes."""
        await self._ask()
        async with self._loading:
            if self._is_loaded:
                return
            settings = self.settings
            if await self.loaded_window() != self._num_ctx:
                self.environment.say(
                    f"Ollama loads {settings.model} with a window of {self._num_ctx:,} tokens"
                )
            # Loaded already, this only renews how long it stays.
            await self._client().load(
                settings.model, self._num_ctx, settings.keep_alive, settings.load_timeout_seconds
            )
            self._is_loaded = True

    async def health(self) -> Health:
        """Whether Ollama answers and has the model."""
        try:
            await self._ask()
        except ModelError as error:
            return Health.failed(error)
        return Health(is_ready=True, detail=f"{self.settings.model} at {self._connect().url}")

    async def models(self) -> Sequence[ModelInfo]:
        """The installed models, loaded ones first, then the newest."""
        client = self._client()
        tags, running = await asyncio.gather(client.get("/api/tags"), client.get("/api/ps"))
        return models_in(tags, running)

    async def window(self) -> int | None:
        """The ``num_ctx`` of every request of this run."""
        await self._ask()
        return self._num_ctx

    async def loaded_window(self) -> int | None:
        """What ``/api/ps`` says is loaded; None when the model is not, or an old Ollama is silent."""
        running = await self._client().get("/api/ps")
        return loaded_windows(running).get(full_name(self.settings.model)) or None

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """An estimate from the length, corrected by what Ollama counted so far."""
        _, guard = await self._ask()
        sizes = (
            len(message.text.encode()) + len(message.reasoning.encode()) + _BYTES_PER_TURN
            for message in messages
        )
        return guard.estimate(sum(sizes))

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        client, self._opened = self._opened, None
        if client is not None:
            await client.close()

    async def _ask(self) -> tuple[ModelFacts, TruncationGuard]:
        """What Ollama says of the model, and the guard of the window chosen by it; asked once."""
        if self._facts is not None and self._guard is not None:
            return self._facts, self._guard
        async with self._asking:
            if self._facts is None or self._guard is None:
                self._facts, self._num_ctx = await self._look()
                self._guard = TruncationGuard(self.settings.model, self._num_ctx, server="Ollama")
            return self._facts, self._guard

    async def _look(self) -> tuple[ModelFacts, int]:
        """Ask Ollama for the model and choose its window."""
        model = self.settings.model
        if not model:
            raise ModelNotFound(
                "no Ollama model is named; set model, for example to one of `ollama list`"
            )
        client = self._client()
        shown, running = await asyncio.gather(
            client.ask("/api/show", {"model": model}), client.get("/api/ps")
        )
        if shown is None:
            raise ModelNotFound(
                f"Ollama at {self._connect().url} does not have {model!r}; "
                f"fetch it with `ollama pull {model}`"
            )
        facts = facts_in(shown)
        loaded = loaded_windows(running).get(full_name(model), 0)
        return facts, self._choose_window(facts, loaded)

    def _choose_window(self, facts: ModelFacts, loaded: int) -> int:
        """The window: the setting, else the loaded one, else the model's own, else a default."""
        wanted = self.settings.context_window
        if wanted is None:
            trained = facts.trained_window or DEFAULT_WINDOW
            return loaded or min(facts.own_window or DEFAULT_WINDOW, trained)
        if facts.trained_window and wanted > facts.trained_window:
            raise RequestRejected(
                f"context_window {wanted} is more than the {facts.trained_window} tokens that "
                f"{self.settings.model!r} was made for; lower it"
            )
        return wanted

    def _connect(self) -> ServerAddress:
        """The server's address, checked once. Raises when it may not be used."""
        if self._address is None:
            address = ollama_address(self.settings.base_url)
            address.refuse_when_offline(is_offline=self.environment.is_offline)
            self._address = address
        return self._address

    def _client(self) -> HttpClient:
        """The connection, made at the first call."""
        if self._opened is None:
            from loom_providers_ollama.http_client import HttpClient  # imports httpx

            self._opened = HttpClient(self._connect(), self.settings)
        return self._opened


def _prompt_bytes(body: bytes, request: ModelRequest) -> int:
    """The size of a prompt as text, with what its pictures stand for."""
    images = [image for message in request.messages for image in message.images]
    encoded = sum(len(image.data) for image in images)
    return len(body) - encoded + _BYTES_PER_IMAGE * len(images)
