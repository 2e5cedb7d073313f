"""A running LM Studio, found at its usual address."""

import logging
from collections.abc import Sequence

from loom_core.contracts.provider import FoundAs, FoundModel
from loom_core.errors import ModelError
from loom_core.settings.shape import ModelSettings
from loom_core.wire import ServerAddress, as_list, as_object, is_listening

LM_STUDIO_PORT = 1234
_HOST = "127.0.0.1"
_log = logging.getLogger(__name__)


async def find_lm_studio(port: int = LM_STUDIO_PORT) -> Sequence[FoundModel]:
    """Chat models of a running LM Studio, loaded ones first; empty when there is none.

    Nothing heavy is imported unless something listens at the port.
    """
    if not await is_listening(_HOST, port):
        return ()
    from loom_providers_openai.http_client import HttpClient  # imports aiohttp
    from loom_providers_openai.server_facts import studio_models  # as above

    address = ServerAddress.parse(f"http://{_HOST}:{port}/v1")
    client = HttpClient(address, "", ModelSettings(provider="openai_compatible"))
    try:
        page = as_object(await client.get(address.root + "/api/v0/models"))
    except ModelError as error:
        _log.info("something listens at port %d but is no LM Studio: %s", port, error)
        return ()
    finally:
        await client.close()
    entries = [as_object(entry) for entry in as_list(page.get("data"))]
    return [_found(model.name, address) for model in studio_models(entries)]


def _found(model: str, address: ServerAddress) -> FoundModel:
    """A model as the user would have configured it."""
    settings = ModelSettings(provider="openai_compatible", model=model, base_url=address.url)
    return FoundModel(settings, FoundAs.RUNNING, f"{model} on LM Studio at {address.root}")
