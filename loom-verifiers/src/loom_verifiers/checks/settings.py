"""A check that a settings file gives a key its value."""

import asyncio
import json
import posixpath
import re
from collections.abc import Iterator
from typing import cast

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, seen_in, unverified
from loom_verifiers.checks.files import MAX_READ_BYTES
from loom_verifiers.checks.parsing import read_toml
from loom_verifiers.yaml_document import load_yaml

_MAX_DEPTH = 50


class SettingEquals(Check):
    """Passes when a key of a JSON, TOML, YAML or ``KEY = VALUE`` file has the expected value."""

    name = "setting_equals"
    purpose = "target: a settings file; expected: KEY = VALUE, the value as JSON"
    demand = "{target} has {expected}"
    tells_form = True
    settles = True

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look the key up, wherever in the file it stands."""
        label = f"{self.name} {target}"
        key, equals, text = (part.strip() for part in expected.partition("="))
        if not (key and equals and text):
            return unverified(label, "no KEY = VALUE was given")
        if not await asyncio.to_thread(context.workspace.is_file, target):
            return failed(label, f"expected the file {target}, and there is none")
        data = await asyncio.to_thread(context.workspace.read, target, max_bytes=MAX_READ_BYTES)
        try:
            found = await asyncio.to_thread(_values_of, key, target, data.decode("utf-8-sig"))
        except ValueError as error:
            return failed(
                label,
                f"expected {expected}, and the file does not parse: {seen_in(target, str(error))}",
            )
        except RecursionError:
            return unverified(label, "it is nested too deeply to be looked into")
        wanted = _as_json(text)
        if any(_is_same(value, wanted, target) for value in found):
            return passed(label, f"{key} is {text}")
        seen = ", ".join(json.dumps(value, default=str)[:100] for value in found)
        words = seen_in(target, seen) if seen else "not there"
        return failed(label, f"expected {expected}; {key} is {words}")


def _values_of(key: str, path: str, text: str) -> list[object]:
    """Every value that the key has in the file. Raises ``ValueError`` when it does not parse."""
    match posixpath.splitext(path)[1].lower():
        case ".json":
            return list(_walk(json.loads(text), key))
        case ".toml":
            return list(_walk(read_toml(text), key))
        case ".yaml" | ".yml":
            return list(_walk(load_yaml(text), key))
        case _:
            line = re.compile(
                rf"^\s*(?:export\s+)?{re.escape(key)}\s*[:=]\s*(.*?)\s*$", re.MULTILINE
            )
            return [value.strip("\"'") for value in line.findall(text)]


def _walk(value: object, key: str, depth: int = 0) -> Iterator[object]:
    """Every value of the key, at any depth; a dotted key is also a path."""
    if depth > _MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        head, _, rest = key.partition(".")
        if key in table:
            yield table[key]
        elif rest and head in table:
            yield from _walk(table[head], rest, depth + 1)
        for inner in table.values():
            yield from _walk(inner, key, depth + 1)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from _walk(inner, key, depth + 1)


def _as_json(text: str) -> object:
    """The value that the expected text stands for; text that is no JSON stands for itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_same(found: object, wanted: object, path: str) -> bool:
    """Whether two values are equal, where ``true`` is not 1 and ``"1"`` is not 1."""
    if not path.lower().endswith((".json", ".toml", ".yaml", ".yml")):
        text = wanted if isinstance(wanted, str) else json.dumps(wanted)
        return str(found).lower() == text.lower() if isinstance(wanted, bool) else found == text
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)
