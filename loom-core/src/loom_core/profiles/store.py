"""Measured profiles on disk: one JSON file a server and model, in ``profiles`` of Loom's home."""

import hashlib
import logging
import os
import re
from pathlib import Path

from pydantic import ValidationError

from loom_core.profiles.measured import MeasuredProfile
from loom_core.settings.shape import ModelSettings
from loom_core.workspace.durable import replace_file

_log = logging.getLogger(__name__)
_LONGEST_NAME = 60


class ProfileStore:
    """The measured profiles of one home."""

    def __init__(self, home: Path) -> None:
        """Look below this home; the directory is made by the first ``save``."""
        self.directory = home / "profiles"

    def find(self, settings: ModelSettings) -> MeasuredProfile | None:
        """What was measured of the model in the settings; None when nothing was."""
        return self._read(profile_name(settings.provider, settings.base_url, settings.model))

    def named(self, name: str) -> MeasuredProfile | None:
        """The profile in the file of that name, without its extension."""
        return self._read(name) if name in self.names() else None

    def names(self) -> list[str]:
        """The names of all stored profiles, sorted."""
        return sorted(path.stem for path in self.directory.glob("*.json"))

    def save(self, profile: MeasuredProfile) -> Path:
        """Write a profile whole or not at all, in place of an earlier one. Raises ``OSError``."""
        self.directory.mkdir(parents=True, exist_ok=True)
        name = f"{profile_name(profile.provider, profile.base_url, profile.model)}.json"
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            text = profile.model_dump_json(indent=2) + "\n"
            replace_file(descriptor, name, text.encode(), None)
        finally:
            os.close(descriptor)
        return self.directory / name

    def _read(self, name: str) -> MeasuredProfile | None:
        """One stored profile. One that cannot be read is left out, which is said: it can be measured anew."""
        path = self.directory / f"{name}.json"
        try:
            return MeasuredProfile.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            problem = str(error).splitlines()[0]
            _log.warning("the profile %s is left out (%s); measure it anew", path, problem)
            return None


def profile_name(provider: str, base_url: str, model: str) -> str:
    """The file's name without extension: readable, and never that of another server or model."""
    key = f"{provider}\n{base_url.rstrip('/')}\n{model}"
    readable = re.sub(r"[^a-z0-9.]+", "-", f"{provider}-{model}".lower()).strip("-.")
    return f"{readable[:_LONGEST_NAME]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
