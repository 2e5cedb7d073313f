"""What a project's own settings file may set before the user trusts it: preferences.

The list says what is allowed, so that a setting somebody adds later is restricted until it is put
here on purpose. Everything about where data and keys go, and about what may run, stays out.
"""

from collections.abc import Mapping

from loom_core.errors import UntrustedSettings
from loom_core.settings.keys import KeyPath, dotted
from loom_core.settings.layer import Layer
from loom_core.settings.shape import Settings, Table

PREFERENCE_TABLES = frozenset({"execution", "verification", "logging"})
NO_PREFERENCES = frozenset({("execution", "auto_approve_confidence_threshold")})
"""Keys of those tables that decide what runs unasked."""

_MOST_SHOWN = 5


def is_preference(path: KeyPath) -> bool:
    """Whether an untrusted file may set this key."""
    return path[0] in PREFERENCE_TABLES and path not in NO_PREFERENCES


def needs_trust(path: KeyPath, value: object) -> bool:
    """Whether only a trusted file may set this key to this value."""
    return not is_preference(path) and not _is_default(path, value)


def preferences_of(layer: Layer, advice: str) -> Layer:
    """What remains of an untrusted file: its preferences.

    A restricted key that only repeats the built-in default is left out without a word: it changes
    nothing, and annotated files like Loom's own ``loom.toml`` stay usable.

    Args:
        layer: the file.
        advice: what the user can do about it, for the error.

    Raises:
        UntrustedSettings: it sets a restricted key to something else.
    """
    refused = [dotted(path) for path, value in layer.values.items() if needs_trust(path, value)]
    if refused:
        shown = ", ".join(refused[:_MOST_SHOWN])
        more = f" and {len(refused) - _MOST_SHOWN} more" if len(refused) > _MOST_SHOWN else ""
        raise UntrustedSettings(
            f"{layer.origin.where} is not trusted and sets {shown}{more}, which decide where data "
            f"goes or what may run; {advice}"
        )
    kept = {path: value for path, value in layer.values.items() if is_preference(path)}
    return Layer(layer.origin, layer.base, kept)


def _is_default(path: KeyPath, value: object) -> bool:
    here: object = Settings()
    for part in path:
        if isinstance(here, Mapping) or not isinstance(here, Table):
            return False  # a named table, such as a model, has no default
        here = getattr(here, part)
    return here == value
