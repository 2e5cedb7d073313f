"""Settings fit to be shown: as JSON values, without keys, tokens and passwords."""

from typing import cast

from pydantic import JsonValue

from loom_core.settings.redaction import without_passwords
from loom_core.settings.shape import Settings


def redacted(settings: Settings) -> dict[str, JsonValue]:
    """All settings by table with every secret hidden."""
    dumped = cast("dict[str, JsonValue]", settings.model_dump(mode="json"))
    return {key: _hide(value) for key, value in dumped.items()}


def _hide(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return without_passwords(value)
        case dict():
            return {key: _hide(inner) for key, inner in value.items()}
        case list():
            return [_hide(inner) for inner in value]
        case _:
            return value
