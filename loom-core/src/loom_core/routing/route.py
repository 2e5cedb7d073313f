"""Where a call goes: one configured model, opened, with what is known of it."""

import asyncio
from dataclasses import dataclass

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.provider import Capabilities, Provider
from loom_core.profiles import Enforcement, ModelProfile, find_profile
from loom_core.settings.shape import ModelSettings
from loom_core.types import Sampling

DEFAULT_WINDOW = 8192
"""Tokens assumed when neither the settings nor the server say how large the window is."""


@dataclass(frozen=True, slots=True)
class Route:
    """An opened model."""

    settings: ModelSettings
    provider: Provider
    facts: ModelFacts
    sampling: Sampling | None
    """How tokens are chosen at first; None for a model that refuses to be told."""
    slots: asyncio.Semaphore
    """As many as the server works on at once: more would only wait there, with their timers on."""


async def open_route(name: str, settings: ModelSettings, provider: Provider) -> Route:
    """The route to a model, after asking its server what it can do and reading its profile."""
    profile = find_profile(settings, provider.environment.home)
    capabilities = await provider.capabilities()
    window = settings.context_window or await provider.window() or profile.window or DEFAULT_WINDOW
    facts = ModelFacts(
        name=name,
        tier=profile.tier,
        dialect=profile.dialect or _dialect(capabilities),
        window=window,
        enforces_schema=_enforces_schema(profile, capabilities),
        sees_images=_sees_images(profile, capabilities),
    )
    slots = asyncio.Semaphore(max(profile.slots or capabilities.slots, 1))
    return Route(settings, provider, facts, profile.sampling, slots)


def _enforces_schema(profile: ModelProfile, capabilities: Capabilities) -> bool:
    """What was measured, since servers fail open; else what the server says."""
    if profile.measured is None:
        return capabilities.answer_schema
    return profile.measured.schema_support is Enforcement.ENFORCED


def _sees_images(profile: ModelProfile, capabilities: Capabilities) -> bool:
    """What was measured, else what the server says."""
    seen = profile.measured.sees_images if profile.measured else None
    return capabilities.sees_images if seen is None else seen


def _dialect(capabilities: Capabilities) -> str:
    """The dialect that the model is better at, as far as its server tells."""
    if capabilities.native_tools and not capabilities.prefers_json_action:
        return "native"
    return "json_action"
