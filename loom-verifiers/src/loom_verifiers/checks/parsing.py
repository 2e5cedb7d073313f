"""Whether a file's bytes parse, for the formats that Loom can parse without help."""

import ast
import collections
import csv
import json
import posixpath
import tomllib
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar, cast

from loom_core.quiet_parsing import without_warnings

MAX_PARSED_BYTES = 2 * 1024 * 1024
"""A larger file is not parsed."""

_MAX_SLOW_YAML_BYTES = 50_000
_MAX_TOML_STEPS = 5_000_000
"""The standard library's parser takes a time that grows with the square of a key's parts."""


Parsed = TypeVar("Parsed")


class SyntaxProblem(Exception):
    """The bytes do not parse; the text says where and why."""


class NotParsable(Exception):
    """Nothing can be said of the bytes, such as for nesting that is too deep for the parser."""


def parser_for(path: str) -> Callable[[bytes], None] | None:
    """What parses files of this kind, by extension; None when nothing here does.

    The parser returns nothing when the bytes parse, and raises ``SyntaxProblem`` or
    ``NotParsable``.
    """
    return _PARSERS.get(posixpath.splitext(path)[1].lower())


def parse_json(data: bytes) -> None:
    """Parse strict JSON: UTF-8, 16 or 32, no comments, no NaN."""
    _reporting(lambda: json.loads(data, parse_constant=_refuse_constant))


def parse_python(data: bytes) -> ast.Module:
    """The syntax tree of Python as this interpreter reads it; nothing is run."""

    def parse() -> ast.Module:
        with without_warnings():
            compile(data, "<checked>", "exec", dont_inherit=True)
            return ast.parse(data)

    return _reporting(parse)


def definitions(data: bytes) -> list[str]:
    """Names of the functions and classes of a Python module, methods included; nothing is run."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in ast.walk(parse_python(data)) if isinstance(node, kinds)]


def _check_python(data: bytes) -> None:
    """Parse Python."""
    parse_python(data)


def read_toml(text: str) -> dict[str, object]:
    """The table of a TOML 1.0 text. Raises ``ValueError``."""
    if sum(line.count(".") ** 2 for line in text.splitlines()) > _MAX_TOML_STEPS:
        raise ValueError("its keys have too many parts to be read in a reasonable time")
    return tomllib.loads(text)


def _parse_toml(data: bytes) -> None:
    """Parse TOML 1.0."""
    _reporting(lambda: read_toml(data.decode("utf-8")))


def _parse_yaml(data: bytes) -> None:
    """Parse YAML into events, so that tags of any application are fine."""
    import yaml  # 60 ms that only YAML files cost

    loader = getattr(yaml, "CSafeLoader", None)  # ten times as fast, where it was built
    if loader is None and len(data) > _MAX_SLOW_YAML_BYTES:
        raise NotParsable("it is too long for the YAML parser that is installed here")

    def parse() -> None:
        try:
            events = cast("Iterable[object]", yaml.parse(data, Loader=loader or yaml.SafeLoader))  # type: ignore[reportUnknownMemberType]  # PyYAML ships no types
            collections.deque(events, maxlen=0)
        except yaml.YAMLError as error:
            raise ValueError(" ".join(str(error).split())) from error

    _reporting(parse)


def _parse_csv(data: bytes) -> None:
    """Read CSV: every row has as many fields as the first one."""
    _check_rows(data, delimiter=",")


def _parse_tsv(data: bytes) -> None:
    """Read the same with tabs."""
    _check_rows(data, delimiter="\t")


def _check_rows(data: bytes, *, delimiter: str) -> None:
    """Raise for the first row that has more or fewer fields than the header."""

    def parse() -> None:
        lines = [
            line
            for line in data.decode("utf-8-sig").splitlines(keepends=True)
            if line.strip() and not line.startswith("#")
        ]
        separator = separator_of(lines[0] if lines else "", delimiter)
        try:
            rows = list(csv.reader(lines, delimiter=separator, strict=True))
        except csv.Error as error:
            raise ValueError(str(error)) from error
        for number, row in enumerate(rows[1:], start=2):
            if len(row) != len(rows[0]):
                raise ValueError(
                    f"row {number} has {len(row)} fields, and the first row has {len(rows[0])}"
                )

    _reporting(parse)


def separator_of(header: str, usual: str) -> str:
    """What stands between the fields of a table: semicolons where a comma marks decimals."""
    return ";" if ";" in header and usual not in header else usual


def _reporting(parse: Callable[[], Parsed]) -> Parsed:
    """What a parser gives; what it raises is told in the words of this module."""
    try:
        return parse()
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        raise SyntaxProblem(where + error.msg) from error
    except ValueError as error:
        raise SyntaxProblem(str(error)) from error
    except (RecursionError, MemoryError) as error:
        raise NotParsable("it is nested too deeply to be parsed") from error


def _refuse_constant(name: str) -> NoReturn:
    """Refuse ``NaN`` and ``Infinity``, which other readers of JSON do not know."""
    raise ValueError(f"{name} is not JSON")


_PARSERS: dict[str, Callable[[bytes], None]] = {
    ".csv": _parse_csv,
    ".json": parse_json,
    ".py": _check_python,
    ".pyi": _check_python,
    ".toml": _parse_toml,
    ".tsv": _parse_tsv,
    ".yaml": _parse_yaml,
    ".yml": _parse_yaml,
}
