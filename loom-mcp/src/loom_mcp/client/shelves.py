"""The servers that are configured and enabled, by name."""

import asyncio
from collections.abc import Mapping

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import ErrorCategory, LoomError, ToolFailed
from loom_core.settings.shape import McpServerSettings
from loom_mcp.client.described import Described
from loom_mcp.client.shelf import Offer, Shelf
from loom_mcp.client.surroundings import Surroundings


class Shelves:
    """Every server that models may use."""

    def __init__(
        self,
        servers: Mapping[str, McpServerSettings],
        around: Surroundings,
    ) -> None:
        """Start nothing yet; ``servers`` are those that are enabled."""
        self._is_offline = around.is_offline
        self.by_name = {name: Shelf(name, settings, around) for name, settings in servers.items()}

    async def offers(self) -> dict[str, Offer | LoomError]:
        """What each server offers, or why nothing; all are asked at once."""
        names = list(self.by_name)
        found = await asyncio.gather(*(self._offer(name) for name in names))
        return dict(zip(names, found, strict=True))

    async def find(self, full_name: str) -> tuple[Shelf, Described]:
        """A tool by the name that models use. Raises ``ToolFailed``."""
        server, dot, tool = full_name.partition(".")
        shelf = self.by_name.get(server)
        if shelf is None or not dot:
            known = ", ".join(self.by_name)
            raise ToolFailed(
                f"there is no tool {full_name!r}{did_you_mean(server, self.by_name)}; a name is SERVER.tool, "
                f"of the servers {known}: find_tools finds them",
                ErrorCategory.NOT_FOUND,
            )
        self._check_reach(shelf)
        return shelf, await shelf.tool(tool)

    async def close(self) -> None:
        """Leave every server."""
        await asyncio.gather(*(shelf.close() for shelf in self.by_name.values()))

    async def _offer(self, name: str) -> Offer | LoomError:
        """What one server offers, or why nothing."""
        shelf = self.by_name[name]
        try:
            self._check_reach(shelf)
            return await shelf.offer(is_patient=False)
        except LoomError as error:
            return error

    def _check_reach(self, shelf: Shelf) -> None:
        """Raise ``ToolFailed`` for a server that may not be used offline."""
        if self._is_offline and not shelf.settings.is_local:
            raise ToolFailed(
                f"{shelf.name} may send something off this machine, which is forbidden now (offline)",
                ErrorCategory.PERMISSION,
            )
