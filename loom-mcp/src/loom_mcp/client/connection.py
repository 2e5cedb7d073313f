"""The connection to one server: opened at the first use, held by one task, and dropped when it fails."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    ListToolsRequest,
    ListToolsResult,
    PaginatedRequestParams,
)
from mcp_types import Tool as ServerTool
from pydantic import JsonValue, TypeAdapter

from loom_core.errors import ErrorCategory, SandboxUnavailable, ToolFailed
from loom_core.sanitize import sanitize_line
from loom_core.settings.shape import McpServerSettings
from loom_mcp.client.limits import MAX_PAGES, MAX_TOOLS, Budget
from loom_mcp.client.process import ServerProcess
from loom_mcp.client.starting import start_of
from loom_mcp.client.surroundings import Surroundings
from loom_mcp.client.web import connect_to

_log = logging.getLogger(__name__)

_CALLED: TypeAdapter[CallToolResult | InputRequiredResult] = TypeAdapter(
    CallToolResult | InputRequiredResult
)
_MOST_SAID = 500
Streams = tuple[Any, Any]
"""Messages from and to a server, as the SDK reads and writes them."""


class Connection:
    """Speaks with one server. Calls may run concurrently; each error is a ``ToolFailed``."""

    def __init__(self, name: str, settings: McpServerSettings, around: Surroundings) -> None:
        """Start nothing yet; the name is that of the settings."""
        self._name = name
        self._settings = settings
        self._around = around
        self._budget = Budget()
        self._process = ServerProcess(self._budget)
        self._opening = asyncio.Lock()
        self._holding: asyncio.Task[None] | None = None
        self._client: Client | None = None
        self._leave = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that nothing was wrong with yet."""
        return self._client is not None and not self._problem

    @property
    def _problem(self) -> str:
        """What the server did wrong; empty while nothing."""
        return self._process.problem or self._budget.problem

    async def list_tools(self) -> list[ServerTool]:
        """What the server offers; no more than ``MAX_TOOLS``. Raises ``ToolFailed``."""
        found: list[ServerTool] = []
        seconds = self._settings.start_timeout_seconds
        async with self._asking("say which tools it has", seconds) as client:
            cursor: str | None = None
            for _ in range(MAX_PAGES):
                params = PaginatedRequestParams(cursor=cursor)
                page = await client.session.send_request(
                    ListToolsRequest(params=params), ListToolsResult
                )
                found += page.tools
                cursor = page.next_cursor
                if not cursor or len(found) >= MAX_TOOLS:
                    break
        return found[:MAX_TOOLS]

    async def call(self, tool: str, arguments: Mapping[str, JsonValue]) -> CallToolResult:
        """What a tool gives. Raises ``ToolFailed``."""
        params = CallToolRequestParams(name=tool, arguments=dict(arguments))
        async with self._asking(f"end {tool}", self._settings.timeout_seconds) as client:
            # Not client.call_tool: that checks the result with regular expressions of the server.
            result = await client.session.send_request(CallToolRequest(params=params), _CALLED)
        if isinstance(result, InputRequiredResult):
            raise ToolFailed(
                f"{self._name} asks for input in the middle of {tool}, and nobody can give it here",
                ErrorCategory.TOOL,
            )
        return result

    async def close(self) -> None:
        """Leave the server; a child is stopped. It may be asked again."""
        holding, self._holding, self._client = self._holding, None, None
        if holding is not None:
            self._leave.set()
            await asyncio.wait({holding}, timeout=10)
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)

    @asynccontextmanager
    async def _asking(self, what: str, seconds: float) -> AsyncGenerator[Client]:
        """A client to ask once, within a limit; whatever goes wrong is told, and ends the connection."""
        client = await self._opened()
        self._budget.renew()
        try:
            async with asyncio.timeout(seconds):
                yield client
        except TimeoutError:
            await self._drop(client)
            raise ToolFailed(
                f"the MCP server {self._name} did not {what} within {seconds:g} s and was stopped",
                ErrorCategory.TIMEOUT,
            ) from None
        except MCPError as error:
            if not self._problem and error.code != CONNECTION_CLOSED:
                raise ToolFailed(self._said(str(error)), ErrorCategory.TOOL) from error
            await self._give_up(error, client)
        except ToolFailed:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a server makes the SDK raise is its fault
            await self._give_up(error, client)

    async def _drop(self, client: Client | None) -> None:
        """End the connection of a client, unless another call has opened a new one already."""
        if self._client is client:
            await self.close()

    async def _give_up(self, error: Exception, client: Client | None, *, hint: str = "") -> None:
        """End the connection of a client, or one that has none yet. Raises ``ToolFailed``."""
        _log.debug("the MCP server %s failed", self._name, exc_info=error)
        problem = self._problem or _problem_in(error)
        words = f"; it said: {self._process.last_words}" if self._process.last_words else ""
        await self._drop(client)
        raise ToolFailed(self._said(f"{problem}{words}") + hint, ErrorCategory.RUNTIME) from error

    async def _opened(self) -> Client:
        """The client of a connection that is open, now if not before. Raises ``ToolFailed``."""
        async with self._opening:
            if self._client is not None and self.is_open:
                return self._client
            await self.close()
            return await self._open()

    async def _open(self) -> Client:
        """Start the server, or connect to it."""
        seconds = self._settings.start_timeout_seconds
        self._leave = asyncio.Event()
        self._process = ServerProcess(self._budget)
        self._budget.renew()
        ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._holding = asyncio.create_task(self._hold(ready), name=f"mcp {self._name}")
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wait({ready, self._holding}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            ready.cancel()
            self._holding.cancel()  # it waits for a server that says nothing, not to be told to leave
            await self.close()
            raise ToolFailed(
                f"the MCP server {self._name} did not start within {seconds:g} s{self._hint()}",
                ErrorCategory.TIMEOUT,
            ) from None
        except asyncio.CancelledError:
            ready.cancel()
            await self.close()
            raise
        if not ready.done():
            await self._give_up(self._failure(), None, hint=self._hint())
        self._client = ready.result()
        return self._client

    def _hint(self) -> str:
        """What the user can do about a server that does not start, where that may be the sandbox."""
        if not (self._settings.command and self._settings.confined):
            return ""
        return (
            f" (it is confined: network, readable, writable and confined in [mcp.servers.{self._name}] "
            "say what it may use)"
        )

    def _failure(self) -> Exception:
        """Why the task that holds the connection ended before there was one."""
        holding = self._holding
        error = holding.exception() if holding is not None and not holding.cancelled() else None
        return error if isinstance(error, Exception) else ConnectionError("it ended at once")

    async def _hold(self, ready: "asyncio.Future[Client]") -> None:
        """Keep the connection until it is left; it opens and closes in this one task, as the SDK needs."""
        async with self._transport() as streams, Client(_Ready(streams), cache=None) as client:
            if not ready.done():
                ready.set_result(client)
            await self._leave.wait()

    def _transport(self) -> Any:
        """How messages come and go."""
        settings = self._settings
        if settings.url:
            headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
            return connect_to(
                settings.url,
                headers=headers,
                budget=self._budget,
                timeout_seconds=max(settings.timeout_seconds, settings.start_timeout_seconds),
            )
        starting = start_of(self._name, settings, self._around)
        return self._process.connect(starting, self._around.bounds)

    def _said(self, text: str) -> str:
        """An error of this server, safe to show."""
        return f"the MCP server {self._name} failed: {sanitize_line(text)[:_MOST_SAID]}"


class _Ready:
    """Streams that are open already, as the SDK takes a transport."""

    def __init__(self, streams: Streams) -> None:
        """Hand these out."""
        self._streams = streams

    async def __aenter__(self) -> Streams:
        """The streams."""
        return self._streams

    async def __aexit__(self, *_error: object) -> None:
        """Whoever opened them closes them."""


def _problem_in(error: BaseException) -> str:
    """What is wrong, of the first of several errors."""
    if isinstance(error, BaseExceptionGroup):
        return _problem_in(cast("BaseExceptionGroup[BaseException]", error).exceptions[0])
    if isinstance(error, SandboxUnavailable):
        return f"it cannot be confined: {error}"
    if isinstance(error, OSError):
        return f"it cannot be reached: {error}"
    return f"it does not follow the protocol: {type(error).__name__}: {error}"
