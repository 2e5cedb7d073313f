"""A tool as its server describes it: bounded, made safe to show, and hashed."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue

from loom_core.json_schema import slim_schema
from loom_core.sanitize import sanitize_text
from loom_core.types import ToolSpec
from loom_mcp.client.limits import (
    MAX_DESCRIPTION_CHARACTERS,
    MAX_SCHEMA_CHARACTERS,
    MAX_SCHEMA_DEPTH,
    MAX_SCHEMA_REFERENCES,
)

if TYPE_CHECKING:
    from mcp_types import Tool as ServerTool

_NAME = re.compile(r"[A-Za-z0-9_./-]{1,128}")


class Unusable(Exception):
    """A description that no model is to see; says why."""


@dataclass(frozen=True, slots=True)
class Described:
    """One tool of a server."""

    server: str
    name: str
    """As the server knows it."""
    description: str
    """As it came, whole."""
    schema: dict[str, JsonValue]
    """Of its arguments, as it came."""

    @property
    def full_name(self) -> str:
        """``SERVER.tool``, by which models name it."""
        return f"{self.server}.{self.name}"

    @property
    def digest(self) -> str:
        """SHA-256 of everything that a model is told of it."""
        said = json.dumps([self.name, self.description, self.schema], sort_keys=True)
        return hashlib.sha256(said.encode("utf-8", errors="surrogatepass")).hexdigest()

    def spec(self) -> ToolSpec:
        """The tool as models see tools."""
        return ToolSpec(
            name=self.full_name,
            description=sanitize_text(self.description)[:MAX_DESCRIPTION_CHARACTERS],
            parameters=slim_schema(self.schema),
        )


def describe(server: str, tool: "ServerTool") -> Described:
    """The description of a tool. Raises ``Unusable``."""
    if not _NAME.fullmatch(tool.name):
        raise Unusable("its name has characters that no name of a tool may have")
    schema = cast("dict[str, JsonValue]", tool.input_schema)
    check_schema(schema)
    return Described(server, tool.name, tool.description or "", schema)


def check_schema(schema: Mapping[str, JsonValue]) -> None:
    """Raise ``Unusable`` for a schema that is none of an object, or that could grow without bound."""
    if _depth(schema, MAX_SCHEMA_DEPTH) > MAX_SCHEMA_DEPTH:
        raise Unusable(f"its schema nests deeper than {MAX_SCHEMA_DEPTH} levels")
    text = json.dumps(schema)
    if len(text) > MAX_SCHEMA_CHARACTERS:
        raise Unusable(f"its schema is longer than {MAX_SCHEMA_CHARACTERS:,} characters")
    if text.count('"$ref"') > MAX_SCHEMA_REFERENCES:
        raise Unusable(f"its schema has more than {MAX_SCHEMA_REFERENCES} references")
    properties = schema.get("properties", {})
    if schema.get("type") != "object" or not isinstance(properties, dict):
        raise Unusable("its schema is none of an object")
    if not all(isinstance(one, dict | bool) for one in properties.values()):
        raise Unusable("its schema has a property that is no schema")


def _depth(value: object, most: int) -> int:
    """How deep lists and objects nest, as far as it matters."""
    if most < 0 or not isinstance(value, dict | list):
        return 0
    inner = (
        list(cast("dict[str, object]", value).values())
        if isinstance(value, dict)
        else cast("list[object]", value)
    )
    return 1 + max((_depth(one, most - 1) for one in inner), default=0)
