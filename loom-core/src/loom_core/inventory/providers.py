"""The providers that are installed, as classes."""

from typing import TypeGuard

from loom_core.contracts.provider import Provider
from loom_core.errors import PluginError
from loom_core.extensions import LoadedParts


def provider_classes(loaded: LoadedParts) -> list[type[Provider]]:
    """Every provider once, although it may have several names."""
    classes = {part.value for part in loaded.parts.values() if _is_provider(part.value)}
    return sorted(classes, key=lambda one: one.__qualname__)


def provider_class(name: str, loaded: LoadedParts) -> type[Provider]:
    """The provider of a name. Raises ``PluginError`` when it is not there or broken."""
    if name in loaded.failures:
        raise loaded.failures[name]
    if name not in loaded.parts:
        known = ", ".join(sorted(loaded.parts)) or "none"
        raise PluginError(f"no provider {name!r} is installed; installed: {known}")
    part = loaded.parts[name]
    if not _is_provider(part.value):
        raise PluginError(f"provider {name!r} of {part.distribution} is no subclass of Provider")
    return part.value


def _is_provider(value: object) -> TypeGuard[type[Provider]]:
    return isinstance(value, type) and issubclass(value, Provider)
