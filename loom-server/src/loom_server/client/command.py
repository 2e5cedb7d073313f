"""``loom dashboard``."""

import click

from loom_core.cli.options import config_option, json_option, run_async
from loom_core.cli.session import LOCAL, Session

EPILOG = """\b
Examples:
  loom dashboard
  loom dashboard --open
"""


@click.command("dashboard", epilog=EPILOG)
@click.option("--open", "opens", is_flag=True, help="Open the browser.")
@click.option(
    "--server",
    default=LOCAL,
    envvar="LOOM_SERVER",
    metavar="URL",
    help='The server there. Default: "local", the one that runs here.',
)
@config_option
@json_option
@click.pass_obj
@run_async
async def dashboard(session: Session, *, opens: bool, server: str, as_json: bool) -> None:
    """Give a new link to the dashboard of a server that runs.

    It signs one browser in, once, and works for five minutes.
    """
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.errors import UsageError
    from loom_server.client.connection import Connection
    from loom_server.client.place import find_place

    if server == "none":
        raise UsageError("a dashboard needs a server; leave --server and LOOM_SERVER out")
    wanted = LOCAL if server == "auto" else server
    place = find_place(wanted, home=session.home, environ=session.environ)
    code = await Connection(place).ask("POST", "/browser-codes", body={})
    link = f"{place.url}{code['path']}"
    if as_json:
        echo_json({"link": link, "seconds": code["seconds"]})
    else:
        click.echo(link)
    if opens:
        click.launch(link)
