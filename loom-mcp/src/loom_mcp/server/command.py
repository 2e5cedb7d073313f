"""``loom mcp-serve``."""

from pathlib import Path

import click

from loom_core.cli.options import config_option, server_option
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom mcp-serve -w ~/projects/shop
  loom mcp-serve --http --port 9001 -w ~/projects
  loom mcp-serve --server local

\b
A client starts it by itself, with a configuration such as
  {"mcpServers": {"loom": {"command": "loom", "args": ["mcp-serve", "-w", "/home/me/shop"]}}}
"""


@click.command("mcp-serve", epilog=EPILOG)
@click.option(
    "-w",
    "--workspace",
    "workspaces",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Clients may have tasks work here and below; may be given more than once. Default: the current one.",
)
@click.option(
    "--http", is_flag=True, help="Serve over streamable HTTP instead of stdin and stdout."
)
@click.option("--host", metavar="HOST", help="With --http: where to listen. Default: 127.0.0.1.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="With --http. Default: 9001; 0 takes a free port.",
)
@click.option(
    "--insecure-network",
    is_flag=True,
    help="With --http: let other machines reach it without TLS; who listens in can read the token.",
)
@click.option(
    "--client-approves",
    is_flag=True,
    help="Put gated steps to the client too. It should ask you, and could answer by itself.",
)
@click.option(
    "--model", default="", metavar="NAME", help="Have this model of the settings do it all."
)
@click.option("--offline", is_flag=True, help="Forbid connections that leave this machine.")
@server_option
@config_option
@click.pass_obj
def command(
    session: Session,
    *,
    workspaces: tuple[Path, ...],
    http: bool,
    host: str | None,
    port: int | None,
    insecure_network: bool,
    client_approves: bool,
    model: str,
    offline: bool,
    server: str,
) -> None:
    """Serve Loom to agents over the Model Context Protocol, until the client leaves.

    Tasks run in this process, and are parked when it ends; with --server they run there.
    """
    import asyncio

    from loom_core.cli.run.whereabouts import OnlyHere, choose_server
    from loom_core.errors import UsageError

    if not http and (host or port is not None or insecure_network):
        raise UsageError("--host, --port and --insecure-network are of --http; say --http too")

    from loom_mcp.server.serving import Wish, rules_of, serve

    only_here = OnlyHere(model, is_offline=offline, agrees=False, is_limited=False)
    wish = Wish(
        rules=rules_of(workspaces, client_may_approve=client_approves),
        server=choose_server(session, server, only_here, is_detached=False),
        model=model,
        is_offline=offline,
        is_http=http,
        host=host,
        port=port,
        is_network_allowed=insecure_network,
    )
    asyncio.run(serve(session, wish))
