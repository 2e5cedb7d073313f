"""Which models may take a call, by role and tier, the best one first."""

from collections.abc import Mapping

from loom_core.errors import ModelNotFound
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelRole


def candidates(models: Mapping[str, ModelSettings], role: ModelRole, tier: int) -> list[str]:
    """The names of the models that have a role: the weakest of at least the tier first.

    After those of at least the tier come the weaker ones, the strongest of them first. Raises
    ``ModelNotFound`` when no model has the role.
    """
    having = [(model.tier, name) for name, model in models.items() if role in model.roles]
    if not having:
        known = ", ".join(models) or "none"
        raise ModelNotFound(
            f"no model has the role {role.value!r} (models: {known}); add it to the roles of a "
            "[models.NAME] table"
        )
    return [name for _, name in sorted(having, key=lambda item: _distance(item[0], tier))]


def may_stand_in(settings: ModelSettings, *, is_local: bool, stays_local: bool) -> bool:
    """Whether a model may take the work of another one that is gone, or that failed and is too weak.

    What was to stay on the user's machines does not leave them, and costs nothing, unless the table of the
    other model names its roles: then somebody meant it for them.
    """
    return is_local or not stays_local or "roles" in settings.model_fields_set


def with_common_windows(models: Mapping[str, ModelSettings]) -> dict[str, ModelSettings]:
    """The models, those that are one model on one server with the largest window set for any of them.

    A server loads a model anew for another window, so that two windows would be loaded in turns.
    """
    largest: dict[tuple[str, str, str], int] = {}
    for model in models.values():
        if model.context_window is not None:
            key = _identity(model)
            largest[key] = max(largest.get(key, 0), model.context_window)
    return {
        name: model.model_copy(update={"context_window": largest[_identity(model)]})
        if _identity(model) in largest
        else model
        for name, model in models.items()
    }


def _distance(tier: int, wanted: int) -> tuple[bool, int]:
    """What sorts models by how well their tier suits."""
    return (False, tier - wanted) if tier >= wanted else (True, wanted - tier)


def _identity(model: ModelSettings) -> tuple[str, str, str]:
    """What makes two tables one model on one server."""
    return model.provider, model.base_url, model.model
