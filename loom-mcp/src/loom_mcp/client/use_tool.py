"""The tool ``use_tool``: one call of one tool of an MCP server, checked and approved like any other."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import ToolResult
from loom_mcp.client.arguments import problems_of

if TYPE_CHECKING:
    from loom_core.settings.shape import McpServerSettings
    from loom_mcp.client.described import Described
    from loom_mcp.client.shelves import Shelves

_SLACK_SECONDS = 10.0


def _object(value: Any) -> Any:
    """An object that a model wrote as text; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else {}
    except (ValueError, RecursionError):
        return value


class UseArguments(BaseModel):
    """Of ``use_tool``."""

    model_config = ConfigDict(extra="forbid")

    tool: Annotated[
        str, Field(max_length=200, description="its full name, SERVER.tool, as find_tools shows it")
    ]
    arguments: Annotated[
        dict[str, JsonValue],
        BeforeValidator(_object),
        Field(description="what that tool takes, by name"),
    ] = {}


class UseTool(Tool[UseArguments]):
    """Calls a tool of a server that the user configured, and that is described as it was pinned.

    What the call can do is the server's: the settings say it, and the intent of each call carries it.
    """

    name = "use_tool"
    purpose = "Call a tool that find_tools found."
    arguments_model = UseArguments
    essential = ("tool", "arguments")
    is_always_offered = True
    risk = Risk.WRITE
    recovery = RecoveryClass.UNKNOWN
    reads_private = True
    untrusted_input = True
    egress = True

    def __init__(self, shelves: "Shelves", *, seconds: float) -> None:
        """Call tools of these servers; the slowest may take so many seconds, its start included."""
        self._shelves = shelves
        self.timeout_seconds = seconds + _SLACK_SECONDS

    async def intend(self, arguments: UseArguments, context: ToolContext) -> Intent:
        """The call in words, and whether it asks. Raises ``ToolFailed`` for what cannot be called."""
        shelf, tool = await self._shelves.find(arguments.tool)
        _check(arguments, tool)
        settings = shelf.settings
        return Intent(
            preview=f"{tool.full_name} {json.dumps(arguments.arguments, ensure_ascii=False)}",
            is_gated=settings.risk == "network",
            reason=_reason(shelf.name, settings),
            target=tool.full_name,
            is_local=settings.is_local,
            changes_nothing=settings.risk == "read",
            facts={"digest": tool.digest},
        )

    async def run(self, arguments: UseArguments, context: ToolContext) -> ToolResult:
        """What the tool gives. Raises ``ToolFailed``."""
        from loom_mcp.client.results import as_result  # loads the SDK

        shelf, tool = await self._shelves.find(arguments.tool)
        if context.intended.get("digest") != tool.digest:
            raise ToolFailed(f"{tool.full_name} has changed meanwhile", ErrorCategory.SAFETY)
        given = await shelf.call(tool, arguments.arguments)
        return as_result(tool.full_name, given, secrets=shelf.secrets)


def _check(arguments: UseArguments, tool: "Described") -> None:
    """Raise ``ToolFailed`` for arguments that the tool does not take."""
    is_closed = tool.schema.get("additionalProperties") is False
    problems = problems_of(arguments.arguments, tool.spec(), is_closed=is_closed)
    if problems:
        raise ToolFailed(
            f"the arguments of {tool.full_name} are wrong: {'; '.join(problems)}",
            ErrorCategory.VALIDATION,
        )


def _reason(name: str, settings: "McpServerSettings") -> str:
    """Why a call asks; empty where it does not."""
    if settings.risk != "network":
        return ""
    return f"the MCP server {name} may do anything, on this machine and elsewhere"
