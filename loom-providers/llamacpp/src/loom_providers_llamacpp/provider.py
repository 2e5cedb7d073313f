"""The provider ``llamacpp``: models that run inside Loom's own process."""

import asyncio
import importlib.util
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from loom_core.contracts.model_files import ModelFiles
from loom_core.contracts.provider import (
    Capabilities,
    Finished,
    FoundAs,
    FoundModel,
    Health,
    ModelInfo,
    ModelServer,
    Provider,
    ProviderEnvironment,
    StreamItem,
)
from loom_core.errors import LoomError
from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Timings
from loom_core.wire import JsonObject, Pace, Patience
from loom_providers_llamacpp.catalogue import CatalogueModel, shipped_catalogue
from loom_providers_llamacpp.catalogue_files import CatalogueFiles
from loom_providers_llamacpp.chat_answer import ChatAnswer
from loom_providers_llamacpp.chat_request import chat_body, wire_message
from loom_providers_llamacpp.gguf import is_path
from loom_providers_llamacpp.own_thread import run_fetch
from loom_providers_llamacpp.places import places
from loom_providers_llamacpp.plan import (
    DEFAULT_SLOTS,
    DEFAULT_WINDOW,
    LoadPlan,
    plan_load,
    usable_cores,
)
from loom_providers_llamacpp.resolver import ResolvedModel, Resolver
from loom_providers_llamacpp.server import EmbeddedServer
from loom_providers_llamacpp.sharing import SharedServers

_SERVERS = SharedServers()


class EmbeddedProvider(Provider):
    """One model in process. The first call fetches the file if needed and loads it.

    ``model`` in its settings is a catalogue id, empty for the default, or the path of a GGUF file;
    ``base_url`` is the address of a mirror of model files.
    """

    def __init__(
        self,
        settings: ModelSettings,
        environment: ProviderEnvironment,
        *,
        servers: SharedServers = _SERVERS,
    ) -> None:
        """Keep the settings; share loaded models through ``servers``."""
        super().__init__(settings, environment)
        self._servers = servers
        self._resolver = Resolver(environment, shipped_catalogue(), places(settings.base_url))
        self._opening = asyncio.Lock()
        self._pace = Pace()
        self._model: ResolvedModel | None = None
        self._lease: tuple[LoadPlan, EmbeddedServer] | None = None

    @classmethod
    async def discover(cls, environment: ProviderEnvironment) -> Sequence[FoundModel]:
        """The default model, whether it is already on disk or not; nothing is fetched or loaded."""
        if importlib.util.find_spec("xllamacpp") is None:
            return ()
        default = shipped_catalogue().default
        found = cls(ModelSettings(provider="llamacpp", model=default.id), environment)
        return (FoundModel(found.settings, FoundAs.EMBEDDED, found.label(default)),)

    def label(self, entry: CatalogueModel) -> str:
        """A catalogue's model for the user."""
        facts = f"{entry.name} (embedded, {entry.size_text}, {entry.licence}"
        return (
            f"{facts})"
            if self._resolver.is_on_disk(entry.id)
            else f"{facts}; fetched on first use)"
        )

    def files(self) -> ModelFiles:
        """The files of the catalogue's models."""
        return CatalogueFiles(self.environment, shipped_catalogue(), places(self.settings.base_url))

    @property
    def server(self) -> ModelServer:
        """A server of its own in Loom's process for each model."""
        model = self.settings.model or shipped_catalogue().default.id
        return ModelServer(f"llama.cpp with {model}", is_local=True)

    async def capabilities(self) -> Capabilities:
        """Schemas are enforced; its own tool calling finds nothing in what small models write."""
        return Capabilities(
            native_tools=False,
            answer_schema=True,
            slots=self.settings.slots or DEFAULT_SLOTS,
            prefers_json_action=True,
            grammar=True,
            log_probabilities=True,
        )

    async def stream(self, request: ModelRequest) -> AsyncIterator[StreamItem]:
        """The answer as it comes; ends with one ``Finished``."""
        server = await self._open()
        entry = self._model.entry if self._model else None
        body = chat_body(request, self.settings, entry and entry.profile, server.window)
        answer = ChatAnswer(entry.id if entry else server.plan.path.stem)
        asked = time.monotonic()
        async with aclosing(server.stream(body)) as pieces:
            await anext(
                pieces, None
            )  # the engine queues by slots: waiting for one has no limit here
            reading = self._pace.reading_seconds(await super().count_tokens(request.messages))
            patience = Patience(self.settings, reading_seconds=reading)
            queued = time.monotonic() - asked
            async for piece in _patiently(pieces, patience):
                if (delta := answer.add(piece)) is not None:
                    patience.note_token()
                    yield delta
        response = answer.response(_timings(patience, queued))
        self._pace.note(response.usage, patience.first_token_seconds)
        yield Finished(response)

    async def prepare(self) -> None:
        """Fetch the model if it is not on this machine; it is loaded with the first call."""
        async with self._opening:
            self._model = self._model or await self._resolve()

    async def health(self) -> Health:
        """Whether the model can be used now; never raises."""
        try:
            return self._health()
        except LoomError as error:
            return Health(is_ready=False, detail=str(error))

    async def models(self) -> Sequence[ModelInfo]:
        """The catalogue, and the file that was configured if it is another one."""
        catalogue = shipped_catalogue().models
        found = [
            ModelInfo(entry.id, self._uses(entry.id), entry.size_bytes, entry.window)
            for entry in catalogue
        ]
        if is_path(self.settings.model):
            found.insert(0, ModelInfo(self.settings.model, self._lease is not None))
        return found

    async def window(self) -> int | None:
        """Tokens that a request may use: as loaded, or before that as it will be loaded."""
        if self._lease is not None:
            return self._lease[1].window
        reference = self.settings.model
        return self._window(None if is_path(reference) else shipped_catalogue().find(reference))

    async def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens by the model's own tokenizer; an estimate before it is loaded."""
        if self._lease is not None:
            turns: list[JsonObject] = [wire_message(message) for message in messages]
            if (counted := await self._lease[1].count_tokens(turns)) is not None:
                return counted
        return await super().count_tokens(messages)

    async def close(self) -> None:
        """Give the model back; the last provider that uses it frees its memory."""
        async with self._opening:
            lease, self._lease = self._lease, None
        if lease is not None:
            await self._servers.release(lease[0])

    async def _open(self) -> EmbeddedServer:
        """The loaded model, fetched and loaded on the first call."""
        async with self._opening:
            if self._lease is None:
                model = self._model = self._model or await self._resolve()
                plan = self._plan(model)
                self._lease = (plan, await self._servers.acquire(plan))
            return self._lease[1]

    async def _resolve(self) -> ResolvedModel:
        """The model's file; cancelling stops a fetch, which continues next time."""
        return await run_fetch(lambda stop: self._resolver.resolve(self.settings.model, stop))

    def _plan(self, model: ResolvedModel) -> LoadPlan:
        """How the model is loaded on this machine."""
        return plan_load(
            model.path,
            window=self._window(model.entry),
            slots=self.settings.slots or DEFAULT_SLOTS,
            cores=usable_cores(),
        )

    def _window(self, entry: CatalogueModel | None) -> int:
        """What the settings want, else what suits the model, never more than it was trained for."""
        wished = self.settings.context_window
        if entry is None:
            return wished or DEFAULT_WINDOW
        return min(wished or entry.window, entry.trained_window)

    def _health(self) -> Health:
        """Whether the model is loaded, on disk, or can be fetched."""
        if self._lease is not None:
            window = self._lease[1].window
            return Health(is_ready=True, detail=f"loaded with a window of {window} tokens")
        if is_path(self.settings.model):
            path = self._resolver.resolve(self.settings.model, threading.Event()).path
            return Health(is_ready=True, detail=f"{path} is loaded on first use")
        entry = shipped_catalogue().find(self.settings.model)
        if self._resolver.is_on_disk(entry.id):
            return Health(is_ready=True, detail=f"{entry.name} is on disk, loaded on first use")
        if self.environment.is_offline:
            return Health(
                is_ready=False,
                detail=f"{entry.name} is not on this machine and --offline forbids fetching its "
                f"{entry.size_text}; run once without it",
            )
        return Health(
            is_ready=True, detail=f"{entry.name} ({entry.size_text}) is fetched on first use"
        )

    def _uses(self, model_id: str) -> bool:
        """Whether this provider has that model of the catalogue loaded."""
        entry = self._model.entry if self._model and self._lease else None
        return entry is not None and entry.id == model_id


async def _patiently(
    pieces: AsyncIterator[JsonObject], patience: Patience
) -> AsyncIterator[JsonObject]:
    """The pieces, each awaited no longer than the settings allow."""
    while True:
        try:
            async with asyncio.timeout(patience.remaining_seconds()):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise patience.expired("llama.cpp") from None
        yield piece


def _timings(patience: Patience, queued_seconds: float) -> Timings:
    """Seconds as the caller saw them, from the request to its end."""
    return Timings(
        first_token_seconds=queued_seconds + patience.first_token_seconds,
        total_seconds=queued_seconds + patience.total_seconds,
    )
