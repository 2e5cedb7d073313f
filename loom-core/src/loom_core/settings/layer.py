"""One source of settings, its keys known and its values checked."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from loom_core.errors import SettingsError
from loom_core.settings.keys import KeyPath, adapter, dotted, named_tables, subtable, suggestion
from loom_core.settings.origin import Origin
from loom_core.settings.shape import Settings, Table

_MOST_SHOWN = 40
"""Characters of a value that an error shows."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings of one source."""

    origin: Origin
    base: Path
    """The directory that relative paths of it start from."""
    values: Mapping[KeyPath, object]
    """Checked values by key; an empty named table is there as an empty dict."""


def read_layer(
    tree: Mapping[str, object], origin: Origin, base: Path, *, is_text: bool = False
) -> Layer:
    """Check the tables of one source.

    Args:
        tree: nested tables.
        origin: named in errors.
        base: see ``Layer``.
        is_text: values may be text that stands for a number or a truth value, as on a command
            line; otherwise they must have their type.

    Raises:
        SettingsError: an unknown key, or a value of the wrong type or outside its range. Values are
            never shown, but for numbers and choices: they may be secrets.
    """
    return Layer(origin, base, dict(_checked(tree, Settings, (), origin, is_text=is_text)))


def _checked(
    tree: Mapping[str, object], table: type[Table], above: KeyPath, origin: Origin, *, is_text: bool
) -> Iterator[tuple[KeyPath, object]]:
    for key, value in tree.items():
        path = (*above, key)
        if key not in table.model_fields:
            hint = suggestion(table, above, key)
            raise SettingsError(f"{origin}: unknown key {dotted(path)}{hint}")
        if (inner := subtable(table, key)) is not None:
            yield from _checked(_table(value, path, origin), inner, path, origin, is_text=is_text)
        elif (named := named_tables(table, key)) is not None:
            for name, given in _table(value, path, origin).items():
                named_path = (*path, name)
                entries = _table(given, named_path, origin)
                yield from _checked(entries, named, named_path, origin, is_text=is_text)
                if not entries:
                    yield named_path, {}
        else:
            yield path, _value(adapter(table, key), value, path, origin, is_text=is_text)


def _table(value: object, path: KeyPath, origin: Origin) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{origin}: {dotted(path)} must be a table, found {_kind(value)}")
    return cast("Mapping[str, object]", value)


def _value(
    reader: TypeAdapter[object], value: object, path: KeyPath, origin: Origin, *, is_text: bool
) -> object:
    try:
        # Strict JSON has the types of TOML: it takes a string for a path or a choice, not a number.
        checked = (
            reader.validate_python(value)
            if is_text
            else reader.validate_json(json.dumps(value, default=_date), strict=True)
        )
    except ValidationError as error:
        reason = _reason(error.errors(include_url=False)[0])
        raise SettingsError(f"{origin}: {dotted(path)} {reason}") from None
    if isinstance(checked, float) and not math.isfinite(checked):
        raise SettingsError(f"{origin}: {dotted(path)} must be a finite number")
    return checked


def _reason(error: ErrorDetails) -> str:
    if (
        error["type"] == "value_error"
    ):  # of a validator of ours, which says all that there is to say
        return f"is wrong: {error['msg'].removeprefix('Value error, ')}"
    expected = error["msg"].replace("Input should be", "must be")
    expected = re.sub("valid (array|tuple)", "list", expected)
    return f"{expected}, found {_found(error)}"


def _found(error: ErrorDetails) -> str:
    """The value, where it is a number or the misspelt name of a choice; else what kind it is."""
    value: object = error["input"]
    is_choice = error["type"] in {"enum", "literal_error"} and isinstance(value, str)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return json.dumps(value)[:_MOST_SHOWN] if is_choice or is_number else _kind(value)


def _date(value: object) -> dict[str, str]:
    """A date or time of TOML, as something that no setting takes."""
    return {"date": str(value)}


def _kind(value: object) -> str:
    """What a value is, in the words of TOML."""
    match value:
        case bool():
            return "a truth value"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list() | tuple():
            return "a list"
        case _:
            return "a table or a date"
