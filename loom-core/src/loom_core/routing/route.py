"""Where a call goes: one configured model, opened, with what is known of it."""

import asyncio
from dataclasses import dataclass

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.provider import Capabilities, Provider
from loom_core.settings.shape import ModelSettings

DEFAULT_WINDOW = 8192
"""Tokens assumed when neither the settings nor the server say how large the window is."""


@dataclass(frozen=True, slots=True)
class Route:
    """An opened model."""

    settings: ModelSettings
    provider: Provider
    facts: ModelFacts
    slots: asyncio.Semaphore
    """As many as the server works on at once: more would only wait there, with their timers on."""


async def open_route(name: str, settings: ModelSettings, provider: Provider) -> Route:
    """The route to a model, after asking its server what it can do."""
    capabilities = await provider.capabilities()
    window = settings.context_window or await provider.window() or DEFAULT_WINDOW
    facts = ModelFacts(
        name=name,
        tier=settings.tier,
        dialect=_dialect(settings, capabilities),
        window=window,
        enforces_schema=capabilities.answer_schema,
        sees_images=capabilities.sees_images,
    )
    slots = asyncio.Semaphore(max(settings.slots or capabilities.slots, 1))
    return Route(settings, provider, facts, slots)


def _dialect(settings: ModelSettings, capabilities: Capabilities) -> str:
    """The dialect that the settings ask for, else the one the model is better at."""
    if settings.dialect != "auto":
        return settings.dialect
    if capabilities.native_tools and not capabilities.prefers_json_action:
        return "native"
    return "json_action"
