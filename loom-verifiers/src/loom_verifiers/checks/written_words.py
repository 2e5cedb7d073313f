"""The values of a file of data or a list, one by one, as far as they are text."""

import csv
import io
import json
import posixpath
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import cast

from loom_verifiers.checks.parsing import read_toml, separator_of
from loom_verifiers.yaml_document import load_yaml

_MAX_DEPTH = 50
_MOST_WORDS = 2_000
"""Words that a goal gives are fewer; what is longer is data from elsewhere."""
_ITEM = re.compile(r"^\s*(?:[-*+]\s+(?:\[[ xX]\]\s+)?|\d+[.)]\s+)?(.*?)\s*$")


def words_of(path: str, text: str) -> list[str]:
    """Keys and values of JSON, TOML and YAML, cells of a table, lines of anything else; the first 2,000.

    Raises:
        ValueError: it is not written in the format that its extension names.
        RecursionError: it is nested too deeply.
    """
    extension = posixpath.splitext(path)[1][1:].lower()
    return list(islice(_READERS.get(extension, _lines)(text), _MOST_WORDS))


def _json(text: str) -> Iterator[str]:
    return _walk(json.loads(text))


def _toml(text: str) -> Iterator[str]:
    return _walk(read_toml(text))


def _yaml(text: str) -> Iterator[str]:
    return _walk(load_yaml(text))


def _walk(value: object, depth: int = 0) -> Iterator[str]:
    """Every key and every text inside of a value."""
    if depth > _MAX_DEPTH:
        raise RecursionError
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in cast("dict[object, object]", value).items():
            yield str(key)
            yield from _walk(inner, depth + 1)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _walk(inner, depth + 1)


def _cells(text: str, usual: str = ",") -> Iterator[str]:
    """Every cell of a table."""
    separator = separator_of(text.partition("\n")[0], usual)
    try:
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            yield from row
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _lines(text: str) -> Iterator[str]:
    """Every line without the mark of a list; headings are the author's own."""
    for line in text.splitlines():
        if not line.lstrip().startswith("#") and (item := _ITEM.match(line)):
            yield item[1]


_READERS: dict[str, Callable[[str], Iterator[str]]] = {
    "json": _json,
    "toml": _toml,
    "yaml": _yaml,
    "yml": _yaml,
    "csv": _cells,
    "tsv": partial(_cells, usual="\t"),
}
