"""The keys of the settings as paths, and what belongs at each of them."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter

from loom_core.did_you_mean import did_you_mean
from loom_core.settings.shape import Settings, Table

KeyPath = tuple[str, ...]
"""Such as ``("server", "port")`` or ``("models", "local", "provider")``."""

ANY_NAME = "NAME"
"""Stands for a table's name that the user chooses, in lists of known keys."""


def dotted(path: KeyPath) -> str:
    """A key as it is written in TOML; what is no bare key is quoted and escaped."""
    return ".".join(
        part if re.fullmatch(r"[\w-]+", part, re.ASCII) else json.dumps(part) for part in path
    )


def nested(path: KeyPath, value: object) -> dict[str, object]:
    """Tables in tables with a value at a key."""
    first, rest = path[0], path[1:]
    return {first: nested(rest, value) if rest else value}


def subtable(table: type[Table], key: str) -> type[Table] | None:
    """The table that a key of a table holds; None when it holds a value or named tables."""
    annotation = table.model_fields[key].annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, Table) else None


def named_tables(table: type[Table], key: str) -> type[Table] | None:
    """The kind of the named tables that a key holds, as ``models`` does; else None, also for free names."""
    annotation = table.model_fields[key].annotation
    arguments = get_args(annotation)
    kind = arguments[1] if get_origin(annotation) is dict and len(arguments) > 1 else None
    return kind if isinstance(kind, type) and issubclass(kind, Table) else None


@cache
def adapter(table: type[Table], key: str) -> TypeAdapter[object]:
    """Validates the value of a key, with its range."""
    annotation: Any = table.model_fields[key].rebuild_annotation()  # special forms share no type
    return TypeAdapter(annotation)


def takes_list(path: KeyPath) -> bool:
    """Whether the value of a known key is a list."""
    table: type[Table] = Settings
    for part in path[:-1]:
        if part in table.model_fields:
            table = subtable(table, part) or named_tables(table, part) or table
    return get_origin(table.model_fields[path[-1]].annotation) is tuple


def known_keys(table: type[Table] = Settings, above: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key that holds a value, in the order of the settings."""
    for key in table.model_fields:
        if (inner := subtable(table, key)) is not None:
            yield from known_keys(inner, (*above, key))
        elif (named := named_tables(table, key)) is not None:
            yield from known_keys(named, (*above, key, ANY_NAME))
        else:
            yield (*above, key)


def suggestion(table: type[Table], above: KeyPath, key: str) -> str:
    """A did-you-mean for an unknown key: near in its table, or of that name in another."""
    near = did_you_mean(key, table.model_fields)
    if near:
        return near
    elsewhere = [dotted(path) for path in known_keys() if path[-1] == key and path[:-1] != above]
    return f"; did you mean {elsewhere[0]!r}?" if len(elsewhere) == 1 else ""
