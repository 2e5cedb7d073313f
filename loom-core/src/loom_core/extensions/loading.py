"""Loading parts by name: one at first use, or a whole group with every failure kept apart."""

from collections.abc import Collection
from dataclasses import dataclass

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import ExtensionNotFound, PluginError
from loom_core.extensions.index import InstalledPart, index


@dataclass(frozen=True, slots=True)
class LoadedPart:
    """What an entry point stands for, and where it comes from."""

    name: str
    value: object
    distribution: str


@dataclass(frozen=True, slots=True)
class LoadedParts:
    """What could be loaded of a group, and an error for each part that could not."""

    parts: dict[str, LoadedPart]
    failures: dict[str, PluginError]
    """By name; each error's text names the distribution and the cause."""


def names(group: str, *, disabled: Collection[str] = ()) -> list[str]:
    """The names installed in a group, sorted, without the disabled ones; imports nothing."""
    return [name for name in index().named(group) if name not in disabled]


def load(group: str, name: str, *, disabled: Collection[str] = ()) -> object:
    """The object that a name in a group stands for.

    Args:
        group: one of ``Group``.
        name: the entry point's name, as settings say it.
        disabled: ``settings.plugins.disabled``; such a part is refused before it is imported.

    Raises:
        ExtensionNotFound: nothing of that name is installed.
        PluginError: it is disabled, two distributions bring it, or its import failed.
    """
    return _load_part(group, name, disabled).value


def load_all(
    group: str, only: Collection[str] | None = None, *, disabled: Collection[str] = ()
) -> LoadedParts:
    """Every part of a group that can be loaded; what one part does wrong harms no other.

    Args:
        group: one of ``Group``.
        only: names to load, each of which must exist; None is all.
        disabled: ``settings.plugins.disabled``; left out silently unless named in ``only``.
    """
    wanted = names(group, disabled=disabled) if only is None else sorted(set(only))
    parts: dict[str, LoadedPart] = {}
    failures: dict[str, PluginError] = {}
    for name in wanted:
        try:
            parts[name] = _load_part(group, name, disabled)
        except PluginError as error:
            failures[name] = error
    return LoadedParts(parts, failures)


def _load_part(group: str, name: str, disabled: Collection[str]) -> LoadedPart:
    if name in disabled:
        raise PluginError(
            f"{name!r} of {group} is disabled; take it out of plugins.disabled to use it"
        )
    part = _the_only(group, name)
    return LoadedPart(name, _import(part), part.distribution)


def _the_only(group: str, name: str) -> InstalledPart:
    installed = index().named(group)
    found = installed.get(name, [])
    if not found:
        raise _not_found(group, name, list(installed))
    if len(found) > 1:
        raise PluginError(f"{name!r} of {group} {conflict(found)}")
    return found[0]


def conflict(parts: Collection[InstalledPart]) -> str:
    """The problem of parts that have one name in one group."""
    origins = " and ".join(sorted(part.origin for part in parts))
    return f"is brought by {origins}; uninstall one of them"


def _not_found(group: str, name: str, installed: Collection[str]) -> ExtensionNotFound:
    known = ", ".join(installed) if installed else "nothing"
    return ExtensionNotFound(
        f"nothing named {name!r} is installed in {group}{did_you_mean(name, installed)}; installed: "
        f"{known}. Correct the name, or install the distribution that brings it "
        "(pip install PATH_OR_WHEEL; `loom plugins` lists what is there)"
    )


def _import(part: InstalledPart) -> object:
    from loom_core.extensions.loader import load_entry_point  # stevedore: only when used

    try:
        return load_entry_point(part.entry_point)
    except (Exception, SystemExit) as error:  # isolation point: a plugin's import may do anything
        cause = f"{type(error).__name__}: {error}"
        raise PluginError(
            f"{part.name!r} of {part.group} cannot be loaded from {part.origin}: {cause}. Repair or "
            f"uninstall {part.distribution}, or add {part.name!r} to plugins.disabled"
        ) from error
