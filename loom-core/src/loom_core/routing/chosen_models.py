"""Which models a run uses: the configured ones, else the best that was found."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from loom_core.contracts.provider import FoundModel
from loom_core.did_you_mean import did_you_mean
from loom_core.errors import ModelUnavailable, SettingsError
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRole

Discover = Callable[[], Awaitable[Sequence[FoundModel]]]
"""Looks for models that can be used unconfigured, best first."""


async def choose_models(
    configured: Mapping[str, ModelSettings], wanted: str | None, discover: Discover
) -> dict[str, ModelSettings]:
    """The models by name; a configured model always wins over a found one.

    A found model has the name that its server knows it by.

    Args:
        configured: the models of the settings.
        wanted: one of them, or the name of a found one, to be used for every role; None is as
            configured.
        discover: called only when nothing is configured.

    Raises:
        SettingsError: the wanted model is not configured and was not found.
        ModelUnavailable: nothing is configured and nothing was found.
    """
    if configured:
        return _configured(configured, wanted)
    found = await discover()
    if wanted is not None:
        return _named(_wanted(found, wanted))
    if not found:
        raise ModelUnavailable(
            "no model: none is configured and no server was found; start Ollama or LM Studio, add a "
            "[models.NAME] table to ~/.loom/loom.toml, or install loom-providers-llamacpp"
        )
    return _named(found[0].settings)


def _named(found: ModelSettings) -> dict[str, ModelSettings]:
    """A found model under its own name."""
    return {found.model or found.provider: found}


def _configured(
    configured: Mapping[str, ModelSettings], wanted: str | None
) -> dict[str, ModelSettings]:
    """The configured models, or the wanted one in every role."""
    if wanted is None:
        return dict(configured)
    if wanted not in configured:
        known = ", ".join(configured)
        raise SettingsError(
            f"no model {wanted!r} is configured{did_you_mean(wanted, configured)} (configured: {known})"
        )
    model = configured[wanted]
    if set(model.roles) == set(ModelRole):
        return {wanted: model}  # a copy would count as one whose roles the user named
    return {wanted: model.model_copy(update={"roles": tuple(ModelRole)})}


def _wanted(found: Sequence[FoundModel], wanted: str) -> ModelSettings:
    """The found model of that name."""
    for model in found:
        if wanted in {model.settings.model, model.settings.provider}:
            return model.settings
    names = [model.settings.model for model in found]
    known = ", ".join(names) or "none"
    raise SettingsError(
        f"no model {wanted!r} is configured or found{did_you_mean(wanted, names)} (found: {known})"
    )
