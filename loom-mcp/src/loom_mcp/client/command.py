"""``loom mcp``: looking at the tools of MCP servers, and accepting what changed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from loom_core.cli.options import config_option, json_option, run_async
from loom_core.cli.session import Session

if TYPE_CHECKING:
    from loom_mcp.client.shelves import Shelves


@click.group("mcp")
def command() -> None:
    """Look at the tools of MCP servers, and accept changed ones.

    Servers are tables [mcp.servers.NAME] in the settings.
    """


@command.command("list")
@click.option("--offline", is_flag=True, help="Only servers that send nothing off this machine.")
@config_option
@json_option
@click.pass_obj
@run_async
async def list_servers(session: Session, *, offline: bool, as_json: bool) -> None:
    """Start every server, and show its tools and what is wrong with them."""
    from loom_core.cli.terminal.json_output import echo_json
    from loom_mcp.client.listing import as_rows, describe_servers

    async with _shelves(session, is_offline=offline) as shelves:
        offers = await shelves.offers()
    if as_json:
        echo_json(as_rows(offers))
        return
    for line in describe_servers(offers):
        click.echo(line)
    if not offers:
        click.echo("no server is configured; see [mcp.servers.NAME] in loom.toml", err=True)


@command.command("accept")
@click.argument("server", metavar="NAME")
@click.argument("tools", metavar="[TOOL]...", nargs=-1)
@click.option(
    "--yes", is_flag=True, help="Accept without asking; what changed is shown all the same."
)
@config_option
@click.pass_obj
@run_async
async def accept(session: Session, *, server: str, tools: tuple[str, ...], yes: bool) -> None:
    """Show what changed in the descriptions of a server's tools, and accept it."""
    from loom_core.did_you_mean import did_you_mean
    from loom_core.errors import UsageError
    from loom_mcp.client.listing import describe_change

    async with _shelves(session) as shelves:
        shelf = shelves.by_name.get(server)
        if shelf is None:
            near = did_you_mean(server, shelves.by_name)
            raise UsageError(f"there is no enabled server mcp.servers.{server}{near}")
        changed = (await shelf.offer()).changed
        missing = sorted(set(tools) - set(changed))
        if missing:
            raise UsageError(f"{server} has changed no tool {', '.join(missing)}")
        wanted = [tool for name, tool in changed.items() if not tools or name in tools]
        pinned = shelf.pinned()
        for tool in wanted:
            click.echo(describe_change(pinned[tool.name], tool))
        if not wanted:
            click.echo(f"no tool of {server} has changed", err=True)
        elif yes or click.confirm("Accept this?", err=True):
            accepted = await shelf.accept([tool.name for tool in wanted])
            click.echo(f"accepted: {', '.join(tool.full_name for tool in accepted)}")
        else:
            raise click.exceptions.Exit(1)


@asynccontextmanager
async def _shelves(session: Session, *, is_offline: bool = False) -> "AsyncGenerator[Shelves]":
    """The servers of the settings, left at the end."""
    from loom_core.sandbox import bounds_of
    from loom_mcp.client.checking import check_servers
    from loom_mcp.client.shelves import Shelves
    from loom_mcp.client.source import enabled
    from loom_mcp.client.surroundings import Surroundings

    servers = enabled(session.settings)
    check_servers(servers)
    bounds = bounds_of(session.settings.sandbox)
    shelves = Shelves(servers, Surroundings(session.home, session.environ, bounds, is_offline))
    try:
        yield shelves
    finally:
        await shelves.close()
