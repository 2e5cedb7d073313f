"""The cases of the benchmark as data."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom_core.types import ToolSpec

_TYPES = {"dict": "object", "float": "number", "tuple": "array", "any": "string"}
_KEPT = ("description", "enum", "default")
_MAX_TEXT = 300
_MAX_ITEMS = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One request with the functions there are."""

    id: str
    request: str
    functions: list[dict[str, Any]]
    """As the benchmark describes them."""
    wanted: list[dict[str, Any]]
    """The calls that count as right; empty when there must be none."""

    def tools(self) -> tuple[ToolSpec, ...]:
        """The functions as tools with JSON schemas."""
        return tuple(
            ToolSpec(
                name=one["name"],
                description=one["description"],
                parameters=_schema(one["parameters"]),
            )
            for one in self.functions
        )


def load_cases(data: Path, category: str) -> list[Case]:
    """The cases of a category in the benchmark's order."""
    directory = data / "bfcl_eval" / "data"
    name = f"BFCL_v4_{category}.json"
    answers = directory / "possible_answer" / name
    wanted = {one["id"]: one["ground_truth"] for one in _lines(answers)} if answers.exists() else {}
    return [
        Case(
            id=one["id"],
            request=one["question"][0][-1]["content"],
            functions=one["function"],
            wanted=wanted.get(one["id"], []),
        )
        for one in _lines(directory / name)
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _schema(described: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema from the benchmark's description of a value, with bounds."""
    kind = _TYPES.get(described.get("type", ""), described.get("type", "string"))
    made: dict[str, Any] = {"type": kind}
    made |= {key: described[key] for key in _KEPT if key in described}
    if kind == "string" and "enum" not in made:
        made["maxLength"] = _MAX_TEXT
    if kind == "array":
        made |= {"items": _schema(described.get("items", {})), "maxItems": _MAX_ITEMS}
    if "properties" in described:
        made["properties"] = {
            name: _schema(value) for name, value in described["properties"].items()
        }
        made["required"] = described.get("required", [])
        made["additionalProperties"] = False
    return made
