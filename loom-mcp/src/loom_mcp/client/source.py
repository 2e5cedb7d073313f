"""The source of tools: two of them where MCP servers are configured, none where they are not."""

from collections.abc import Mapping, Sequence
from typing import Any

from loom_core.contracts.tool import Tool
from loom_core.contracts.tool_source import ToolSource
from loom_core.sandbox import bounds_of
from loom_core.settings import process_environment
from loom_core.settings.shape import McpServerSettings, Settings
from loom_mcp.client.checking import check_servers
from loom_mcp.client.find_tools import FindTools
from loom_mcp.client.shelves import Shelves
from loom_mcp.client.surroundings import Surroundings
from loom_mcp.client.use_tool import UseTool


class McpTools(ToolSource):
    """``find_tools`` and ``use_tool``; the servers behind them are started at the first use."""

    _shelves: Shelves | None = None

    def tools(self) -> Sequence[Tool[Any]]:
        """Both, or none. Raises ``SettingsError`` for a table that names no server."""
        servers = enabled(self.settings)
        if not servers:
            return []
        check_servers(servers)
        if self._shelves is None:
            around = Surroundings(
                self.environment.home,
                process_environment(),
                bounds_of(self.settings.sandbox),
                self.environment.is_offline,
            )
            self._shelves = Shelves(servers, around)
        # To start and to say which tools it has may each take that long.
        start = 2 * max(one.start_timeout_seconds for one in servers.values())
        call = max(one.timeout_seconds for one in servers.values())
        return [
            FindTools(self._shelves, servers=sorted(servers), seconds=start),
            UseTool(self._shelves, seconds=start + call),
        ]

    async def close(self) -> None:
        """Leave every server."""
        if self._shelves is not None:
            await self._shelves.close()


def enabled(settings: Settings) -> Mapping[str, McpServerSettings]:
    """The servers that the settings name and do not switch off."""
    return {name: one for name, one in settings.mcp.servers.items() if one.enabled}
