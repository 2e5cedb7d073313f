"""The text of a first settings file: the chosen model, and the others as comments."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from loom_core.cli.toml_text import format_toml
from loom_core.contracts.provider import FoundModel
from loom_core.profiles import ModelProfile, find_profile
from loom_core.sanitize import sanitize_line
from loom_core.settings import ModelSettings, Settings

_HEAD = """\
# Written by `loom init` on {day} from what was found on this machine. Change it as you like:
# `loom models` shows what comes of it, `loom config show --origin` every setting and who set it.

"""


def initial_settings(
    chosen: FoundModel, others: Sequence[FoundModel], *, day: date, home: Path
) -> str:
    """A settings file in TOML that loads.

    Args:
        chosen: the model that is configured.
        others: models that are written as comments, ready to be used.
        day: when it is written.
        home: where measured profiles are.

    Raises:
        ValueError: what a server said of the model cannot be written.
    """
    names: set[str] = set()
    parts = [_HEAD.format(day=day.isoformat()), *_table(chosen, names, home)]
    if others:
        parts.append("\n# Also found. A model of its own for planning or verifying can help.\n")
    for other in others:
        parts += [f"#{line}" for line in _table(other, names, home)]
    text = "".join(parts)
    Settings.model_validate(tomllib.loads(text))
    return text


def is_writable(found: FoundModel) -> bool:
    """Whether a model's name is plain text; a server may say anything."""
    texts = (found.settings.model, found.settings.base_url)
    return all(sanitize_line(text) == text and text.isprintable() for text in texts)


def _table(found: FoundModel, names: set[str], home: Path) -> Iterator[str]:
    """The table of one model, a line at a time."""
    settings = found.settings
    profile = find_profile(settings, home)
    yield f"[models.{_name(settings, names)}]\n"
    yield f"# {sanitize_line(found.label)}\n"
    for key in ("provider", "model", "base_url"):
        value = getattr(settings, key)
        if value:
            yield f"{key} = {format_toml(value)}\n"
    yield "# Tokens that prompt and answer share. Not set: what the server has loaded.\n"
    yield f"#context_window = {profile.window or 16_384}\n"
    yield f"# How capable it is, 1 to 3. Not set: {_origin(profile)}.\n"
    yield f"#tier = {profile.tier}\n"


def _origin(profile: ModelProfile) -> str:
    """Where the tier comes from."""
    return f"the profile {profile.shipped.name}" if profile.shipped else "1"


def _name(settings: ModelSettings, taken: set[str]) -> str:
    """A name for the table that is a bare key, and nobody's yet."""
    readable = re.sub(r"[^a-z0-9]+", "-", settings.model.rpartition("/")[2].lower()).strip("-")
    name, number = readable or settings.provider, 1
    while name in taken:
        number += 1
        name = f"{readable or settings.provider}-{number}"
    taken.add(name)
    return name
