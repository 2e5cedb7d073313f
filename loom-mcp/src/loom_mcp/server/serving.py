"""Puts a server together: the desk, the rules of the user, and the way in which clients come."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from loom_core.cli.session import EngineOptions, Session
from loom_core.desk import ServerDesk
from loom_core.errors import UsageError
from loom_mcp.server.house import House
from loom_mcp.server.leaving import Leaving
from loom_mcp.server.protocol import make_server
from loom_mcp.server.rules import Rules

DEFAULT_PORT = 9001


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants of one server."""

    rules: Rules
    server: str = ""
    """Where the tasks run; empty is this process."""
    model: str = ""
    is_offline: bool = False
    is_http: bool = False
    host: str | None = None
    port: int | None = None
    is_network_allowed: bool = False


async def serve(session: Session, wish: Wish) -> None:
    """Serve until the client leaves or somebody stops it. Raises ``LoomError``."""
    if wish.is_http:
        await _serve_http(session, wish)
        return
    from loom_mcp.server.over_stdio import serve_stdio

    leaving = Leaving()
    async with _open_desk(session, wish) as desk:
        await serve_stdio(make_server(desk, wish.rules, leaving), leaving)


async def _serve_http(session: Session, wish: Wish) -> None:
    """Serve over HTTP. Raises ``UsageError`` where loom-server is not installed."""
    try:
        from loom_mcp.server.over_http import listen_at, serve_http
    except ModuleNotFoundError as error:
        raise UsageError(
            f"--http needs the distribution loom-server, of which {error.name} is not installed here"
        ) from error

    changes = {"host": wish.host or "127.0.0.1", "port": DEFAULT_PORT}
    if wish.port is not None:
        changes["port"] = wish.port
    settings = session.settings.server.model_copy(update=changes)
    address = listen_at(settings, is_network_allowed=wish.is_network_allowed)
    leaving = Leaving()
    async with _open_desk(session, wish) as desk:
        server = make_server(desk, wish.rules, leaving)
        await serve_http(server, leaving, address, settings=settings, home=session.home)


@asynccontextmanager
async def _open_desk(session: Session, wish: Wish) -> AsyncGenerator[ServerDesk]:
    """Where tasks run, open while inside; those of this process are parked at the end."""
    if wish.server:
        opening = session.load_desk()(wish.server, home=session.home, environ=session.environ)
        async with opening as desk:
            yield desk
        return
    options = EngineOptions(
        say=lambda line: click.echo(line, err=True),
        confirm=lambda _question: False,
        model=wish.model,
        is_offline=wish.is_offline,
    )
    async with session.build_loom(options) as loom:
        house = House(loom)
        try:
            yield house
        finally:
            await house.close()


def rules_of(workspaces: tuple[Path, ...], *, client_may_approve: bool) -> Rules:
    """The rules of the command line; no workspace is the current directory."""
    roots = tuple(path.resolve() for path in workspaces) or (Path.cwd().resolve(),)
    return Rules(roots, client_may_approve=client_may_approve)
