"""Every model that Loom can use, configured or found, and how it is."""

import asyncio
from dataclasses import asdict, dataclass

from loom_core.contracts.provider import FoundModel, ProviderEnvironment
from loom_core.errors import LoomError, SettingsError
from loom_core.extensions import Group, LoadedParts, load_all
from loom_core.inventory.providers import provider_class, provider_classes
from loom_core.profiles import MeasuredProfile, ModelProfile, find_profile
from loom_core.routing.discovery import discover
from loom_core.settings import ModelSettings, Settings

_LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model as it is now."""

    name: str
    """Its name in the settings; empty when nobody configured it."""
    label: str
    """The name, or for a found model where it was found."""
    provider: str
    model: str
    """The name the server knows it by."""
    tier: int
    roles: tuple[str, ...]
    source: str
    """``configured``, or how it was found: ``running`` or ``embedded``."""
    is_ready: bool
    detail: str
    """What was found, or what is wrong and what to do."""
    window: int | None = None
    """Tokens of the window; None when nobody knows."""
    profile: str = ""
    """Name of the shipped profile that is used; empty for none."""
    measured: MeasuredProfile | None = None
    """What ``--probe`` measured of it; None when it never was."""

    def as_json(self) -> dict[str, object]:
        """All of it in the shapes of JSON."""
        measured = self.measured.model_dump(mode="json") if self.measured else None
        return {**asdict(self), "measured": measured}


async def list_models(settings: Settings, environment: ProviderEnvironment) -> list[ModelStatus]:
    """Configured models first, then what runs here and is not configured; never raises for a model."""
    loaded = load_all(Group.PROVIDERS, disabled=settings.plugins.disabled)
    found = await _find_others(settings, loaded, environment)
    asked = [
        _ask(
            model,
            name=name,
            label=name,
            source="configured",
            loaded=loaded,
            environment=environment,
        )
        for name, model in settings.models.items()
    ]
    asked += [
        _ask(
            other.settings,
            name="",
            label=other.label,
            source=other.found_as.value,
            loaded=loaded,
            environment=environment,
        )
        for other in found
    ]
    return await asyncio.gather(*asked)


async def _find_others(
    settings: Settings, loaded: LoadedParts, environment: ProviderEnvironment
) -> list[FoundModel]:
    """Models that were found and are not configured under any name."""
    found = await discover(provider_classes(loaded), environment)
    configured = {(m.provider, m.model) for m in settings.models.values()}
    return [f for f in found if (f.settings.provider, f.settings.model) not in configured]


async def _ask(
    model: ModelSettings,
    *,
    name: str,
    label: str,
    source: str,
    loaded: LoadedParts,
    environment: ProviderEnvironment,
) -> ModelStatus:
    try:
        async with asyncio.timeout(_LIMIT_SECONDS):
            is_ready, detail, window = await _inspect(model, loaded, environment)
    except TimeoutError:
        is_ready, detail, window = False, f"no answer within {_LIMIT_SECONDS:.0f} s", None
    except LoomError as error:
        is_ready, detail, window = False, str(error), None
    try:
        profile = find_profile(model, environment.home)
    except SettingsError as error:
        is_ready, detail = False, str(error)
        profile = ModelProfile(model)
    return ModelStatus(
        name=name,
        label=label,
        provider=model.provider,
        model=model.model,
        tier=profile.tier,
        roles=tuple(role.value for role in model.roles),
        source=source,
        is_ready=is_ready,
        detail=detail,
        window=model.context_window or window or profile.window,
        profile=profile.shipped.name if profile.shipped else "",
        measured=profile.measured,
    )


async def _inspect(
    model: ModelSettings, loaded: LoadedParts, environment: ProviderEnvironment
) -> tuple[bool, str, int | None]:
    """Whether a model is ready, what is known of that, and its window."""
    provider = provider_class(model.provider, loaded)(model, environment)
    try:
        health = await provider.health()
        window = await provider.window() if health.is_ready else None
    finally:
        await provider.close()
    return health.is_ready, health.detail, window
