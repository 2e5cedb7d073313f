"""A running LM Studio or llama-server, found at its usual address."""

import logging
from collections.abc import Sequence

from loom_core.contracts.provider import FoundAs, FoundModel
from loom_core.errors import ModelError
from loom_core.settings.shape import ModelSettings
from loom_core.wire import JsonObject, ServerAddress, as_list, as_object, as_text, is_listening

LM_STUDIO_PORT = 1234
LLAMA_SERVER_PORT = 8080
_HOST = "127.0.0.1"
_log = logging.getLogger(__name__)


async def find_lm_studio(port: int = LM_STUDIO_PORT) -> Sequence[FoundModel]:
    """Chat models of a running LM Studio, loaded ones first; empty when there is none."""
    page = await _page(port, "/api/v0/models")
    if not page:
        return ()
    from loom_providers_openai.server_facts import studio_models  # imports aiohttp

    entries = [as_object(entry) for entry in as_list(page.get("data"))]
    return [_found(model.name, "LM Studio", port) for model in studio_models(entries)]


async def find_llama_server(port: int = LLAMA_SERVER_PORT) -> Sequence[FoundModel]:
    """The model of a running llama-server; empty when something else or nothing listens there."""
    if not as_object((await _page(port, "/props")).get("default_generation_settings")):
        return ()
    entries = as_list((await _page(port, "/v1/models")).get("data"))
    names = [as_text(as_object(entry).get("id")) for entry in entries]
    return [_found(name, "llama-server", port) for name in names if name]


async def _page(port: int, path: str) -> JsonObject:
    """A page of a server on this machine; empty when there is none.

    Nothing heavy is imported unless something listens at the port.
    """
    if not await is_listening(_HOST, port):
        return {}
    from loom_providers_openai.http_client import HttpClient  # imports aiohttp

    address = _address(port)
    client = HttpClient(address, "", ModelSettings(provider="openai_compatible"))
    try:
        return as_object(await client.get(address.root + path))
    except ModelError as error:
        _log.info("what listens at port %d is not what it was looked for: %s", port, error)
        return {}
    finally:
        await client.close()


def _address(port: int) -> ServerAddress:
    """The API at a port of this machine."""
    return ServerAddress.parse(f"http://{_HOST}:{port}/v1")


def _found(model: str, server: str, port: int) -> FoundModel:
    """A model as the user would have configured it."""
    address = _address(port)
    settings = ModelSettings(provider="openai_compatible", model=model, base_url=address.url)
    return FoundModel(settings, FoundAs.RUNNING, f"{model} on {server} at {address.root}")
