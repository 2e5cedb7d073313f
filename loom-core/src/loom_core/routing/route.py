"""Where a call goes: one configured model, opened, with what is known of it."""

from dataclasses import dataclass

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.provider import Capabilities, Provider
from loom_core.errors import ContextExceeded
from loom_core.profiles import Enforcement, ModelProfile, find_profile
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRole, Sampling

DEFAULT_WINDOW = 8192
"""Tokens assumed when neither the settings nor the server say how large the window is."""
JUDGING_TIER = 2
"""The weakest tier of model whose judgement decides: a 0.5B said "pass" to 20 of 20 results."""


@dataclass(frozen=True, slots=True)
class Route:
    """An opened model."""

    settings: ModelSettings
    provider: Provider
    facts: ModelFacts
    server: str
    """The name of its server."""
    sampling: Sampling | None
    """How tokens are chosen at first; None for a model that refuses to be told."""
    slots: int
    """As many as the server works on at once: more would only wait there, with their timers on."""

    async def confirm_window(self) -> None:
        """Raise ``ContextExceeded`` when the server has loaded less than was counted on."""
        loaded = await self.provider.loaded_window()
        if loaded is not None and loaded < self.facts.window:
            raise ContextExceeded(
                f"{self.server} has loaded {self.settings.model!r} with a window of {loaded} tokens "
                f"and {self.facts.window} were counted on, so that prompts would be cut without a "
                f"word; load it with a larger window there, or set models.{self.facts.name}"
                f".context_window to {loaded}"
            )


async def open_route(name: str, settings: ModelSettings, provider: Provider) -> Route:
    """The route to a model, after asking its server what it can do and reading its profile.

    The window is the user's if the settings have one, else what is loaded, never more than the
    server has; else what the profile says, else a guess that is marked as one.
    """
    profile = find_profile(settings, provider.environment.home)
    capabilities = await provider.capabilities()
    said = await provider.window()
    known = [window for window in (settings.context_window, said) if window is not None]
    facts = ModelFacts(
        name=name,
        tier=profile.tier,
        dialect=profile.dialect or _dialect(capabilities),
        window=min(known, default=profile.window or DEFAULT_WINDOW),
        enforces_schema=_enforces_schema(profile, capabilities),
        sees_images=_sees_images(profile, capabilities),
        takes_tools=capabilities.native_tools,
        is_window_assumed=not (known or profile.window),
        gives_logprobs=capabilities.log_probabilities,
        may_judge=may_judge(settings, profile.tier),
    )
    slots = max(profile.slots or capabilities.slots, 1)
    return Route(settings, provider, facts, provider.server.name, profile.sampling, slots)


def may_judge(settings: ModelSettings, tier: int) -> bool:
    """Whether a model's judgement decides: it is capable, or the user named it for that role.

    By default every model has every role, which names none.
    """
    is_named = "roles" in settings.model_fields_set
    return ModelRole.VERIFIER in settings.roles and (tier >= JUDGING_TIER or is_named)


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
