"""Models that can be used although nobody configured one: a running server, else an embedded one."""

import asyncio
import logging
from collections.abc import Sequence

from loom_core.contracts.provider import FoundAs, FoundModel, Provider, ProviderEnvironment

_log = logging.getLogger(__name__)

_LIMIT_SECONDS = 3.0


async def discover(
    providers: Sequence[type[Provider]], environment: ProviderEnvironment
) -> list[FoundModel]:
    """What every installed provider finds, running servers first; never raises."""
    found = await asyncio.gather(*(_ask(provider, environment) for provider in providers))
    models = [model for group in found for model in group]
    return sorted(models, key=lambda model: model.found_as is not FoundAs.RUNNING)


async def _ask(provider: type[Provider], environment: ProviderEnvironment) -> Sequence[FoundModel]:
    """What one provider finds in time."""
    try:
        async with asyncio.timeout(_LIMIT_SECONDS):
            return await provider.discover(environment)
    except Exception:  # noqa: BLE001 - isolation: a provider that breaks has found nothing
        _log.info("%s found nothing", provider.__name__, exc_info=True)
        return ()
