"""Serving over streamable HTTP, behind the guard of ``loom serve``: the same token, the same rules.

``loom-server`` is needed for this alone; everything else of this distribution does without it.
"""

from pathlib import Path
from typing import Any

import click
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings

from loom_core.settings.shape import ServerSettings
from loom_mcp.server.leaving import Leaving
from loom_server.app import guarded
from loom_server.guard.secrets import Admission, provide_token, token_path
from loom_server.serving.address import Address, listen
from loom_server.serving.stopping_server import StoppingServer

_PATH = "/mcp"


def listen_at(settings: ServerSettings, *, is_network_allowed: bool) -> Address:
    """A socket that listens. Raises ``UsageError`` as ``loom serve`` does."""
    return listen(settings, is_network_allowed=is_network_allowed)


async def serve_http(
    server: Server[dict[str, Any]],
    leaving: Leaving,
    address: Address,
    *,
    settings: ServerSettings,
    home: Path,
) -> None:
    """Serve until told to stop.

    Args:
        server: the handlers.
        leaving: is told when it stops.
        address: where it listens already.
        settings: with the certificate, if there is one.
        home: where the token is.

    Raises:
        OSError: the token cannot be read or written.
    """
    app = server.streamable_http_app(
        streamable_http_path=_PATH,
        # The guard before it has judged Host and Origin already, by the names that the settings give.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    admission = Admission(provide_token(home))
    before = guarded(app, admission=admission, origins=address.origins)
    click.echo(f"loom serves MCP at {address.url}{_PATH} (Ctrl-C stops it)", err=True)
    click.echo(f"token   {token_path(home)}, as Authorization: Bearer TOKEN", err=True)
    running = StoppingServer(before, settings, leaving.set)
    await running.serve(sockets=[address.listener])
