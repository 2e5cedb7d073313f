"""The tool ``find_tools``: the tools of MCP servers by words, so that no prompt has to hold them all."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import LoomError
from loom_core.sanitize import sanitize_line
from loom_core.types import ToolResult, ToolSpec
from loom_mcp.client.marked import marked
from loom_mcp.client.ranking import ranked

if TYPE_CHECKING:
    from loom_mcp.client.shelf import Offer
    from loom_mcp.client.shelves import Shelves

_SHOWN = 6
_NAMED = 60
_MOST_CHARACTERS = 8_000
_SLACK_SECONDS = 5.0


class FindArguments(BaseModel):
    """Of ``find_tools``."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[
        str, Field(max_length=300, description="what the tool should do, in a few words")
    ]


class FindTools(Tool[FindArguments]):
    """Searches what the servers offer; starts those that are not there yet."""

    name = "find_tools"
    arguments_model = FindArguments
    is_always_offered = True
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    untrusted_input = True

    def __init__(self, shelves: "Shelves", *, servers: Sequence[str], seconds: float) -> None:
        """Search these servers.

        Args:
            shelves: the servers.
            servers: their names.
            seconds: how long the slowest may take to start.
        """
        self._shelves = shelves
        named = ", ".join(servers[:_NAMED])
        self.purpose = f"Find more tools, of the servers {named}. Call what you find by use_tool."
        self.timeout_seconds = seconds + _SLACK_SECONDS

    async def intend(self, arguments: FindArguments, context: ToolContext) -> Intent:
        """Says what is looked for."""
        return Intent(preview=f"find_tools {arguments.words!r}", changes_nothing=True)

    async def run(self, arguments: FindArguments, context: ToolContext) -> ToolResult:
        """The best of what there is, with arguments; then the names of the others."""
        offers = await self._shelves.offers()
        specs = [
            tool.spec()
            for offer in offers.values()
            if not isinstance(offer, LoomError)
            for tool in offer.usable.values()
        ]
        best = ranked(arguments.words, specs)[:_SHOWN]
        names = {spec.name for spec in best}
        others = [spec.name for spec in specs if spec.name not in names]
        lines = [_shown(spec) for spec in best] or ["No tool fits these words."]
        if others:
            more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
            lines.append(f"Others: {', '.join(others[:_NAMED])}{more}")
        text = "\n\n".join(lines)[:_MOST_CHARACTERS]
        return ToolResult(text="\n".join([marked(text, "MCP servers"), *_problems(offers)]))


def _shown(spec: ToolSpec) -> str:
    """A tool with its arguments."""
    properties = cast("dict[str, JsonValue]", spec.parameters.get("properties", {}))
    required = spec.parameters.get("required", [])
    needed = required if isinstance(required, list) else []
    lines = [f"{spec.name}: {spec.description}"]
    for name, schema in properties.items():
        told = json.dumps(schema, ensure_ascii=False)
        lines.append(f"  {name}{'' if name in needed else ' (optional)'}: {told}")
    return "\n".join(lines)


def _problems(offers: "dict[str, Offer | LoomError]") -> list[str]:
    """What is not there, and why."""
    lines: list[str] = []
    for name, offer in offers.items():
        if isinstance(offer, LoomError):
            lines.append(sanitize_line(f"{name} is not there: {offer}"))
        elif offer.changed:
            changed = ", ".join(offer.changed)
            lines.append(f"{name} changed {changed}: refused until the user accepts that")
    return lines
