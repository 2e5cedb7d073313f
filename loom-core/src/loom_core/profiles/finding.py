"""The profile of a configured model: what was measured of it, and what ships for its family."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import SettingsError
from loom_core.profiles.measured import MeasuredProfile
from loom_core.profiles.model_id import model_id
from loom_core.profiles.shipped import ShippedProfile, shipped_profiles
from loom_core.profiles.store import ProfileStore
from loom_core.settings.shape import ModelSettings
from loom_core.types import Sampling

NO_PROFILE = "none"
"""The name in the settings that leaves a model without any profile."""


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """What is known of one model. Settings win over what was measured, that over what is shipped."""

    settings: ModelSettings
    measured: MeasuredProfile | None = None
    shipped: ShippedProfile | None = None

    @property
    def tier(self) -> int:
        """As set, else as shipped for exactly this model, else the default."""
        if "tier" in self.settings.model_fields_set or self.shipped is None:
            return self.settings.tier
        return self.shipped.tier_of(model_id(self.settings.model)) or self.settings.tier

    @property
    def dialect(self) -> str | None:
        """As set, else the one that was measured to work best; None when nobody said."""
        if self.settings.dialect != "auto":
            return self.settings.dialect
        return self.measured.dialect if self.measured else None

    @property
    def window(self) -> int | None:
        """What was loaded when it was measured, for a server that does not say; None when nobody said.

        The window that is loaded now wins over it: it may have been loaded anew since.
        """
        return self.measured.window if self.measured else None

    @property
    def slots(self) -> int | None:
        """As set, else as many as were measured to help; None when nobody said."""
        return self.settings.slots or (self.measured.slots if self.measured else None)

    @property
    def sampling(self) -> Sampling | None:
        """How tokens are chosen; None for a model that refuses to be told.

        The temperature of the settings is an upper wish: the lower one of both counts.
        """
        if self.shipped is None:
            return Sampling(temperature=self.settings.temperature)
        if not self.shipped.takes_sampling:
            return None
        wishes = [self.settings.temperature, self.shipped.temperature]
        return Sampling(
            temperature=min((wish for wish in wishes if wish is not None), default=None),
            top_p=self.shipped.top_p,
            top_k=self.shipped.top_k,
            min_p=self.shipped.min_p,
            repetition_penalty=self.shipped.repetition_penalty,
        )


def with_tiers(models: Mapping[str, ModelSettings], home: Path) -> dict[str, ModelSettings]:
    """The models with the tier of their profile where the settings give none.

    Raises ``SettingsError`` like ``find_profile``.
    """
    tiers = {name: find_profile(settings, home).tier for name, settings in models.items()}
    return {
        name: settings.model_copy(update={"tier": tiers[name]}) for name, settings in models.items()
    }


def find_profile(settings: ModelSettings, home: Path) -> ModelProfile:
    """The profile of a model: by the name that its settings give, else by what the model is.

    Raises ``SettingsError`` when the settings name a profile that is neither shipped nor stored.
    """
    store = ProfileStore(home)
    if settings.profile == NO_PROFILE:
        return ModelProfile(settings)
    if not settings.profile:
        return ModelProfile(settings, store.find(settings), _shipped_for(settings.model))
    shipped = shipped_profiles().get(settings.profile)
    if shipped is not None:
        return ModelProfile(settings, store.find(settings), shipped)
    measured = store.named(settings.profile)
    if measured is not None:
        return ModelProfile(settings, measured, _shipped_for(measured.model))
    known = [*shipped_profiles(), *store.names(), NO_PROFILE]
    raise SettingsError(
        f"no profile {settings.profile!r} is shipped or stored{did_you_mean(settings.profile, known)} "
        f"(known: {', '.join(known)})"
    )


def _shipped_for(model: str) -> ShippedProfile | None:
    """The shipped profile that knows this very model."""
    identifier = model_id(model)
    profiles = shipped_profiles().values()
    return next((one for one in profiles if one.tier_of(identifier) is not None), None)
