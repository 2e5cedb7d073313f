"""The tools of one server: what it offers now, as far as it is what was pinned."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import JsonValue

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import ErrorCategory, LoomError, ToolFailed
from loom_core.sanitize import sanitize_line
from loom_core.settings.shape import McpServerSettings
from loom_mcp.client.described import Described, Unusable, describe
from loom_mcp.client.pins import Pins
from loom_mcp.client.surroundings import Surroundings

if TYPE_CHECKING:
    from mcp_types import CallToolResult

    from loom_mcp.client.connection import Connection

_SHORTEST_SECRET = 8
_REST_SECONDS = 60.0
"""How long a server that failed to start is not tried again by a search."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server offers."""

    usable: dict[str, Described] = field(default_factory=dict[str, Described])
    """By the server's own name."""
    changed: dict[str, Described] = field(default_factory=dict[str, Described])
    """What differs from what was pinned: refused until the user accepts it."""
    unusable: dict[str, str] = field(default_factory=dict[str, str])
    """Why, by name."""


class Shelf:
    """One server and its tools."""

    def __init__(self, name: str, settings: McpServerSettings, around: Surroundings) -> None:
        """Start nothing yet; the name is that of the settings."""
        self.name = name
        self.settings = settings
        self._around = around
        self._connection: Connection | None = None
        self._pins = Pins(around.home, name)
        self._offer: Offer | None = None
        self._listing = asyncio.Lock()
        self._failed: tuple[float, str] | None = None

    @property
    def secrets(self) -> list[str]:
        """What the settings give the server and nobody else is to see; too short ones are no secrets."""
        given = (*self.settings.env.values(), *self.settings.headers.values())
        values = [one.get_secret_value() for one in given]
        return [value for value in values if len(value) >= _SHORTEST_SECRET]

    async def offer(self, *, is_patient: bool = True) -> Offer:
        """What it offers, pinned where it is new.

        Args:
            is_patient: False gives up at once what failed a moment ago, instead of trying again.

        Raises:
            ToolFailed: it does not start, or does not say which tools it has.
        """
        async with self._listing:
            if self._offer is not None and self._connected().is_open:
                return self._offer
            if not is_patient and self._failed and time.monotonic() < self._failed[0]:
                raise ToolFailed(self._failed[1], ErrorCategory.RUNTIME)
            try:
                self._offer = await self._look()
            except LoomError as error:
                self._failed = (time.monotonic() + _REST_SECONDS, str(error))
                raise
            self._failed = None
            return self._offer

    async def tool(self, name: str) -> Described:
        """A tool that may be called. Raises ``ToolFailed`` for what is not there, or changed."""
        offer = await self.offer()
        if name in offer.usable:
            return offer.usable[name]
        if name in offer.changed:
            raise ToolFailed(
                f"{self.name}.{name} is described in another way than when it was first used, so that it "
                f"is refused until the user accepts that: loom mcp accept {self.name}",
                ErrorCategory.SAFETY,
            )
        if name in offer.unusable:
            raise ToolFailed(
                f"{self.name}.{name} cannot be used: {offer.unusable[name]}", ErrorCategory.TOOL
            )
        raise ToolFailed(
            f"{self.name} has no tool {name!r}{did_you_mean(name, offer.usable)}; find_tools finds others",
            ErrorCategory.NOT_FOUND,
        )

    async def call(self, tool: Described, arguments: Mapping[str, JsonValue]) -> "CallToolResult":
        """What a tool gives, if it is still the one that was meant. Raises ``ToolFailed``."""
        if (await self.tool(tool.name)).digest != tool.digest:
            raise ToolFailed(f"{tool.full_name} has changed meanwhile", ErrorCategory.SAFETY)
        return await self._connected().call(tool.name, arguments)

    async def accept(self, names: "list[str]") -> list[Described]:
        """Pin what changed tools say now, all of them for no names; gives those that were pinned.

        Raises:
            ToolFailed: the server cannot be asked.
            OSError: the pins cannot be written.
        """
        changed = (await self.offer()).changed
        accepted = [tool for name, tool in changed.items() if not names or name in names]
        self._pins.pin(accepted)
        self._offer = None
        return accepted

    def pinned(self) -> dict[str, Described]:
        """What was pinned. Raises ``UsageError`` where that cannot be read."""
        return self._pins.read()

    async def close(self) -> None:
        """Leave the server."""
        if self._connection is not None:
            await self._connection.close()

    def _connected(self) -> "Connection":
        """The connection, made at the first use, since that loads the SDK."""
        if self._connection is None:
            from loom_mcp.client.connection import Connection

            self._connection = Connection(self.name, self.settings, self._around)
        return self._connection

    async def _look(self) -> Offer:
        """Ask the server, compare with what is pinned, and pin what is new."""
        pinned = self._pins.read()
        offer, new = Offer(), list[Described]()
        for listed in await self._connected().list_tools():
            name = sanitize_line(listed.name)[:128]
            if self.settings.tools and listed.name not in self.settings.tools:
                continue
            try:
                described = describe(self.name, listed)
            except Unusable as reason:
                offer.unusable[name] = str(reason)
                continue
            before = pinned.get(described.name)
            if before is not None and before.digest != described.digest:
                offer.changed[described.name] = described
                continue
            offer.usable[described.name] = described
            if before is None:
                new.append(described)
        if new:
            await asyncio.to_thread(self._pins.pin, new)
        return offer
