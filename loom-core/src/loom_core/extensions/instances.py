"""One instance of every part of a group; what one part does wrong harms no other."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from loom_core.errors import PluginError
from loom_core.extensions.loading import LoadedPart, load_all

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class BrokenPart:
    """A part that is installed and cannot be used."""

    name: str
    """Of its entry point."""
    value: object
    """What the entry point stands for; None when it cannot be imported."""
    error: PluginError
    """Its text names the distribution and the cause, and says what to do."""


def make_all(
    group: str, kind: type[Part], *, disabled: Collection[str] = ()
) -> tuple[list[Part], list[BrokenPart]]:
    """One instance of every class of a group, and the parts of which there is none.

    Args:
        group: one of ``Group`` whose values are classes.
        kind: the contract that each of them must be a subclass of.
        disabled: ``settings.plugins.disabled``; left out silently.
    """
    loaded = load_all(group, disabled=disabled)
    made: list[Part] = []
    broken = [BrokenPart(name, None, error) for name, error in loaded.failures.items()]
    for part in loaded.parts.values():
        try:
            made.append(_instance(part, kind))
        except PluginError as error:
            broken.append(BrokenPart(part.name, part.value, error))
    return made, broken


def subclass(value: object, kind: type[Part], origin: str) -> type[Part]:
    """The value as a subclass of its contract. Raises ``PluginError`` naming who brought it."""
    if isinstance(value, type) and issubclass(value, kind):
        return value
    raise PluginError(
        f"{origin} is not a subclass of loom_core's {kind.__name__}; repair its entry point"
    )


def _instance(part: LoadedPart, kind: type[Part]) -> Part:
    """An instance of a loaded class. Raises ``PluginError``, whatever its constructor raises."""
    origin = f"{part.name!r} of {part.distribution}"
    part_class = subclass(part.value, kind, origin)
    try:
        made = part_class()
        name: object = getattr(made, "name", None)
    except Exception as error:  # isolation point: a constructor may do anything
        cause = f"{type(error).__name__}: {error}"
        raise PluginError(
            f"{origin} cannot be made: {cause}. Repair or uninstall {part.distribution}, or add "
            f"{part.name!r} to plugins.disabled"
        ) from error
    if not isinstance(name, str) or not name:
        raise PluginError(f"{origin} has no name; give its class one, a text that is not empty")
    return made
