"""An API key goes to the server that it was saved for and nowhere else."""

from collections.abc import Mapping

from loom_core.errors import SettingsError
from loom_core.settings.keys import KeyPath, dotted
from loom_core.settings.origin import Origin, Source

_DESTINATIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "models": dict.fromkeys(("api_key", "api_key_file"), ("base_url", "provider")),
    "mcp": {"headers": ("url",), "env": ("command", "args")},
    "telemetry": {"headers": ("endpoint",)},
}
"""By table, what names a secret and what says where it goes. The keyring is not among them: it is asked for
the key of the very origin."""


def refuse_borrowed_keys(origins: Mapping[KeyPath, Origin]) -> None:
    """Raise ``SettingsError`` where a project's file would direct a key that is not its own.

    Tables are merged key by key, so a project could name the server of a model whose key the user
    keeps elsewhere. Trusting the file does not change that.
    """
    for path, origin in origins.items():
        if origin.source is Source.PROJECT:
            continue
        for name in _DESTINATIONS.get(path[0], {}).get(path[-1], ()):
            other = origins.get((*path[:-1], name))
            if other is not None and other.source is Source.PROJECT:
                raise SettingsError(
                    f"{dotted(path)} of {origin} would go where {other} says; write {name} beside "
                    "the key, or give the table another name"
                )
