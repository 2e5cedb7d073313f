"""The secrets that the settings hold, for whoever must keep them out of a text."""

from loom_core.settings.shape import Settings


def known_secrets(settings: Settings) -> list[str]:
    """Every key of a model that the settings give as it is."""
    keys = (model.api_key for model in settings.models.values())
    return [key.get_secret_value() for key in keys if key is not None]
