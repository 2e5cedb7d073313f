"""Every setting in force as key, value and origin, without secrets."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from loom_core.cli.trusting import describe_file
from loom_core.settings import LoadedSettings, Origin, Source, redacted
from loom_core.settings.keys import KeyPath, dotted


@dataclass(frozen=True, slots=True)
class SettingEntry:
    """One setting."""

    key: str
    """As it is written in TOML with its table: ``server.port``."""
    value: JsonValue
    """A secret is stars."""
    origin: Origin
    is_ignored: bool = False
    """Whether it has no effect, since its file is not trusted."""

    @property
    def place(self) -> str:
        """Where it came from, for people."""
        return f"ignored, not trusted: {self.origin.where}" if self.is_ignored else str(self.origin)

    @property
    def text(self) -> str:
        """The value as people write it; a setting that is not set is a dash."""
        return "-" if self.value is None else json.dumps(self.value, ensure_ascii=False)

    def as_json(self) -> dict[str, object]:
        """The setting for programs."""
        return {
            "key": self.key,
            "value": self.value,
            "source": self.origin.source.value,
            "where": self.origin.where,
            "ignored": self.is_ignored,
        }


def list_settings(loaded: LoadedSettings) -> list[SettingEntry]:
    """All settings in the order of their tables."""
    return [
        SettingEntry(dotted(path), value, loaded.origin(dotted(path)))
        for path, value in _flatten(redacted(loaded.settings), ())
    ]


def list_ignored(path: Path) -> list[SettingEntry]:
    """What a file that is left out would set. Raises ``SettingsError``."""
    shown = describe_file(path)
    origin = Origin(Source.PROJECT, str(shown.path))
    return [
        SettingEntry(key, json.loads(text), origin, is_ignored=True)
        for key, text in shown.settings.items()
    ]


def _flatten(table: Mapping[str, JsonValue], above: KeyPath) -> Iterator[tuple[KeyPath, JsonValue]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, (*above, key))
        else:
            yield (*above, key), value
