"""Whether a file's text can be parsed, for the formats whose parsers are at hand."""

import ast
import json
import tomllib
from collections import deque
from collections.abc import Callable
from pathlib import PurePosixPath

from loom_core.quiet_parsing import without_warnings
from loom_tools.tree_syntax import tree_syntax_error

_MAX_CHARACTERS = 1_000_000
_MAX_SLOW_YAML_CHARACTERS = 50_000
_MAX_TOML_STEPS = 5_000_000
"""The standard library's parser takes a time that grows with the square of a key's parts."""


def syntax_error(path: str, text: str) -> str:
    """What is wrong with the text as the file's ending wants it; empty when nothing is known."""
    if len(text) > _MAX_CHARACTERS:
        return ""
    check = _CHECKS.get(PurePosixPath(path).suffix.lower())
    if check is None:
        return tree_syntax_error(path, text)
    try:
        return check(text)
    except (RecursionError, MemoryError):
        return ""  # too deeply nested to tell
    except SystemError:
        return ""  # until 3.11.8 Python confuses two threads that parse at once (gh-106905)


def _python(text: str) -> str:
    """Check Python."""
    try:
        with without_warnings():
            ast.parse(text)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except ValueError as error:
        return str(error)
    return ""


def _json(text: str) -> str:
    """Check JSON."""
    try:
        json.loads(text)
    except ValueError as error:
        return str(error)
    return ""


def _toml(text: str) -> str:
    """Check TOML, unless it has keys of so many parts that the parser takes minutes for them."""
    if sum(line.count(".") ** 2 for line in text.splitlines()) > _MAX_TOML_STEPS:
        return ""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return str(error)
    return ""


def _yaml(text: str) -> str:
    """Check YAML without making anything of it; long text only by the parser in C, ten times as fast."""
    import yaml  # here: most runs never touch a YAML file

    loader = getattr(yaml, "CSafeLoader", None)
    if loader is None and len(text) > _MAX_SLOW_YAML_CHARACTERS:
        return ""
    data = text.encode("utf-8", "replace")
    try:
        deque(yaml.parse(data, Loader=loader or yaml.SafeLoader), maxlen=0)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # PyYAML has no types
    except yaml.YAMLError as error:
        return " ".join(str(error).split())
    return ""


_CHECKS: dict[str, Callable[[str], str]] = {
    ".py": _python,
    ".pyi": _python,
    ".json": _json,
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
}
