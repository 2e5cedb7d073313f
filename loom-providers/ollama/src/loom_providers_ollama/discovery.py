"""A running Ollama and its models, found without being configured."""

import asyncio
import logging
from collections.abc import Sequence

from loom_core.contracts.provider import FoundAs, FoundModel, ModelInfo, ProviderEnvironment
from loom_core.errors import ModelError
from loom_core.settings.shape import ModelSettings
from loom_core.wire import ServerAddress, is_listening
from loom_providers_ollama.address import ollama_address

_MAX_ASKED = 12
"""Models that are asked for what they can do; more are hardly of use unconfigured."""
_log = logging.getLogger(__name__)


async def find_ollama(environment: ProviderEnvironment) -> Sequence[FoundModel]:
    """Chat models of a running Ollama, loaded ones first, then the newest; empty without one.

    Nothing heavy is imported unless something listens at the address.
    """
    try:
        address = ollama_address("")
        address.refuse_when_offline(is_offline=environment.is_offline)
        if not await is_listening(address.host, address.port):
            return ()
        models = await _chat_models(address)
    except ModelError as error:
        _log.info("no Ollama to use unconfigured: %s", error)
        return ()
    return [_found(model, address) for model in models]


async def _chat_models(address: ServerAddress) -> list[ModelInfo]:
    """The installed models that can chat; embedding models cannot."""
    from loom_providers_ollama.http_client import HttpClient  # imports httpx
    from loom_providers_ollama.server_facts import facts_in, models_in

    client = HttpClient(address, ModelSettings(provider="ollama"))
    try:
        tags, running = await asyncio.gather(client.get("/api/tags"), client.get("/api/ps"))
        models = models_in(tags, running)[:_MAX_ASKED]
        shown = await asyncio.gather(
            *(client.ask("/api/show", {"model": model.name}) for model in models)
        )
    finally:
        await client.close()
    return [model for model, page in zip(models, shown, strict=True) if facts_in(page).can_chat]


def _found(model: ModelInfo, address: ServerAddress) -> FoundModel:
    """A model as the user would have configured it."""
    settings = ModelSettings(provider="ollama", model=model.name, base_url=address.url)
    return FoundModel(settings, FoundAs.RUNNING, f"{model.name} on Ollama at {address.url}")
