"""Every setting in force as key, value and origin, without secrets."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core.settings import LoadedSettings, Origin, redacted
from loom_core.settings.keys import KeyPath, dotted


@dataclass(frozen=True, slots=True)
class SettingEntry:
    """One setting."""

    key: str
    """As it is written in TOML with its table: ``server.port``."""
    value: JsonValue
    """A secret is stars."""
    origin: Origin

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
        }


def list_settings(loaded: LoadedSettings) -> list[SettingEntry]:
    """All settings in the order of their tables."""
    return [
        SettingEntry(dotted(path), value, loaded.origin(dotted(path)))
        for path, value in _flatten(redacted(loaded.settings), ())
    ]


def _flatten(table: Mapping[str, JsonValue], above: KeyPath) -> Iterator[tuple[KeyPath, JsonValue]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, (*above, key))
        else:
            yield (*above, key), value
