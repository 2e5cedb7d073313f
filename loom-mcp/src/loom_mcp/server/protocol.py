"""The server as the SDK has it: handlers over a desk."""

from importlib.metadata import version
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp_types import ListToolsResult, PaginatedRequestParams

from loom_core.desk import ServerDesk
from loom_mcp.server.calls import Calls
from loom_mcp.server.catalogue import tools
from loom_mcp.server.leaving import Leaving
from loom_mcp.server.resources import Resources
from loom_mcp.server.rules import Rules

_INSTRUCTIONS = (
    "Loom works on goals with local models and proves what it did. Give loom_execute_task a goal that says "
    "what must hold in the end. Only the status 'completed' means that checks passed; read the evidence."
)


def make_server(desk: ServerDesk, rules: Rules, leaving: Leaving) -> Server[dict[str, Any]]:
    """A server whose clients work at a desk.

    Args:
        desk: where tasks run.
        rules: what the user allows.
        leaving: says when calls end because everything does.
    """
    calls, resources = Calls(desk, rules, leaving), Resources(desk, rules)

    async def list_tools(
        _context: ServerRequestContext[Any, Any], _params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=tools())

    return Server(
        "loom",
        version=version("loom-mcp"),
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=calls.call,
        on_list_resources=resources.list,
        on_list_resource_templates=resources.templates,
        on_read_resource=resources.read,
    )
