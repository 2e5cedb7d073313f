"""``loom serve``."""

import click

from loom_core.cli.options import config_option
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom serve
  loom serve --port 9100 --open
"""


@click.command("serve", epilog=EPILOG)
@click.option("--host", metavar="HOST", help="Where to listen. Default: from the settings.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="0 takes a free port.")
@click.option("--open", "opens", is_flag=True, help="Open the browser.")
@click.option("--offline", is_flag=True, help="Forbid connections that leave this machine.")
@click.option(
    "--insecure-network",
    is_flag=True,
    help="Let other machines reach it without TLS; who listens in can read the token.",
)
@config_option
@click.pass_obj
def serve(
    session: Session,
    *,
    host: str | None,
    port: int | None,
    opens: bool,
    offline: bool,
    insecure_network: bool,
) -> None:
    """Serve the API and its live events until Ctrl-C; running tasks are parked then.

    Whoever asks needs the token of run/token in Loom's home, which loom itself reads. The link that is
    shown signs one browser in, once.
    """
    import asyncio

    from loom_core.cli.terminal.log_handler import log_to_stderr
    from loom_server.serving.address import listen
    from loom_server.serving.engine import engine_for
    from loom_server.serving.greeting import Greeting
    from loom_server.serving.open_files import allow_connections
    from loom_server.serving.server import Server

    settings = session.settings
    given = {"host": host, "port": port}
    changes = {key: value for key, value in given.items() if value is not None}
    settings = settings.model_copy(update={"server": settings.server.model_copy(update=changes)})
    address = listen(settings.server, is_network_allowed=insecure_network)
    log_to_stderr(settings.logging, is_service=True)
    allow_connections()
    server = Server(
        settings,
        address,
        home=session.home,
        build_loom=lambda: engine_for(settings, session.home, is_offline=offline),
        greet=Greeting(address, opens=opens),
    )
    asyncio.run(server.run())
