"""Settings from environment variables: ``LOOM_SERVER__PORT`` is ``server.port``."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import SettingsError
from loom_core.settings.keys import ANY_NAME, KeyPath, known_keys, nested, takes_list
from loom_core.settings.layer import Layer, read_layer
from loom_core.settings.origin import Origin, Source

PREFIX = "LOOM_"
SEPARATOR = "__"

NOT_SETTINGS = frozenset({"LOOM_HOME", "LOOM_DEBUG"})
"""Variables of Loom that are no settings."""

_NEAR = 0.7
_SURELY_MEANT = 0.9


def process_environment() -> dict[str, str]:
    """The environment of this process. Nothing outside this package reads it."""
    return dict(os.environ)


def environment_layers(
    environ: Mapping[str, str], *, cwd: Path, model_names: Collection[str]
) -> Iterator[Layer]:
    """One layer for each variable that is a setting. An empty variable counts as not set.

    Args:
        environ: all variables.
        cwd: what relative paths start from.
        model_names: models that files configure; a variable names one of them in upper case with
            underscores for all other characters.

    Raises:
        SettingsError: a variable with ``__`` is no setting, or one without is surely a misspelt one.
            Others that begin with ``LOOM_`` are left alone: Loom is a common name.
    """
    for variable, text in sorted(environ.items()):
        if text and variable.startswith(PREFIX) and variable not in NOT_SETTINGS:
            path = _path_of(variable, model_names)
            if path is not None:
                origin = Origin(Source.ENVIRONMENT, variable)
                yield read_layer(nested(path, _split(path, text)), origin, cwd, is_text=True)


def _path_of(variable: str, model_names: Collection[str]) -> KeyPath | None:
    table, *rest = variable.removeprefix(PREFIX).lower().split(SEPARATOR)
    model = rest.pop(0) if table == "models" and rest else ""
    key = (table, ANY_NAME, *rest) if model else (table, *rest)
    if key in set(known_keys()):
        return (table, _configured_name(model, model_names), *rest) if model else key
    hint = _hint(variable, model.upper() or ANY_NAME)
    if hint or SEPARATOR in variable:
        raise SettingsError(f"environment variable {variable} is no setting of Loom{hint}")
    return None


def _configured_name(name: str, configured: Collection[str]) -> str:
    """The configured model that a variable means, else the name in lower case."""
    same = [known for known in configured if re.sub(r"\W", "_", known.lower()) == name]
    return same[0] if len(same) == 1 else name


def _hint(variable: str, model: str) -> str:
    known = {
        PREFIX + SEPARATOR.join(model if part == ANY_NAME else part.upper() for part in path)
        for path in known_keys()
    }
    cutoff = _NEAR if SEPARATOR in variable else _SURELY_MEANT
    return did_you_mean(variable, known | NOT_SETTINGS, cutoff=cutoff)


def _split(path: KeyPath, text: str) -> object:
    """A list from text with commas, where the setting is a list."""
    return [item.strip() for item in text.split(",") if item.strip()] if takes_list(path) else text
