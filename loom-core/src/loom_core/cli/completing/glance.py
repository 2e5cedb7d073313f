"""The few settings that a Tab needs, read without the rest, which takes a second to import.

What cannot be read is as if it were not there: a Tab must never fail.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

_SETTINGS = "loom.toml"


@dataclass(frozen=True, slots=True)
class Glance:
    """What was seen of the settings."""

    database: Path | None
    """The file with the tasks; None when they are on a server."""
    models: tuple[str, ...]
    """Names of the configured models."""
    disabled: tuple[str, ...]
    """Parts of other distributions that are not to be loaded."""


def glance() -> Glance:
    """What the user's settings file says, and which models the project's one names."""
    home = Path(os.environ.get("LOOM_HOME") or "~/.loom").expanduser()
    own, project = _read(home / _SETTINGS), _read(Path(_SETTINGS))
    memory = _table(own, "memory")
    url = os.environ.get("LOOM_MEMORY__DATABASE_URL") or memory.get("database_url")
    path = os.environ.get("LOOM_MEMORY__DATABASE_PATH") or memory.get("database_path")
    file = Path(str(path)).expanduser() if path else home / "loom.db"
    disabled = _table(own, "plugins").get("disabled")
    return Glance(
        database=None if url else file,
        models=tuple({**_table(own, "models"), **_table(project, "models")}),
        disabled=tuple(cast("list[str]", disabled)) if isinstance(disabled, list) else (),
    )


def _read(file: Path) -> dict[str, Any]:
    """A settings file; empty when there is none that can be read."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _table(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """A table of a settings file; empty when it has none."""
    found: object = settings.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
