"""The server behind ``loom tui --serve``: one process for each tab, on this machine only."""

import logging
import shlex
import socket
import sys
from collections.abc import Sequence

import click
from aiohttp import web
from textual_serve.server import Server

from loom_core.errors import UsageError
from loom_tui.browser.guard import WEBSOCKET_PATH, Guard, Handler

_LOOPBACK = "127.0.0.1"
_MOST_TABS = 8
"""Each of them is a process with an engine of its own."""


def serve_in_browser(arguments: Sequence[str], *, port: int) -> None:
    """Serve ``loom tui`` with these arguments until Ctrl-C.

    Args:
        arguments: what follows ``loom tui`` in each tab's process.
        port: of 127.0.0.1; 0 takes a free one.

    Raises:
        UsageError: the port is taken.
    """
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((_LOOPBACK, port))
        place.listen()  # whoever opens the link at once waits instead of being refused
    except OSError as error:
        place.close()
        reason = error.strerror or str(error)
        raise UsageError(f"port {port} cannot be used: {reason}; name another: --port") from error
    logging.getLogger("textual-serve").setLevel(logging.ERROR)
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it reports tabs that end after Ctrl-C
    command = [sys.executable, "-m", "loom_core.cli", "tui", *arguments]
    server = GuardedServer(shlex.join(command), port=place.getsockname()[1])
    click.echo(f"open this once, within ten minutes: {server.guard.link}")
    click.echo("the screen is this machine's only; Ctrl-C ends it", err=True)
    web.run_app(server.guarded_app(), sock=place, print=None, handle_signals=True)


class GuardedServer(Server):
    """textual-serve's server with a guard before each of its routes."""

    def __init__(self, command: str, *, port: int) -> None:
        """Serve a command, which a shell reads, on a port of this machine."""
        super().__init__(command, host=_LOOPBACK, port=port, title="Loom")  # pyright: ignore[reportUnknownMemberType]  # PathLike without its type there
        self.guard = Guard(port)
        """Who lets browsers in."""
        self._tabs = 0

    async def guarded_app(self) -> web.Application:
        """The routes of textual-serve behind the guard, and no more tabs than the machine bears."""
        app = await self._make_app()
        app.middlewares.append(self.guard.judge)
        app.middlewares.append(self._bounded)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the link has been said."""

    @web.middleware
    async def _bounded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Open no more tabs than can be served."""
        if request.path != WEBSOCKET_PATH:
            return await handler(request)
        if self._tabs >= _MOST_TABS:
            return web.Response(status=503, text=f"{_MOST_TABS} tabs are open; close one")
        self._tabs += 1
        try:
            return await handler(request)
        finally:
            self._tabs -= 1
