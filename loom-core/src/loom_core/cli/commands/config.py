"""``loom config``."""

import click

from loom_core.cli.options import config_option, json_option, pass_looking_session
from loom_core.cli.session import Session

EPILOG = """\b
Example:
  loom config show --origin
"""


@click.group("config", epilog=EPILOG)
def command() -> None:
    """Look at the settings.

    They come from ./loom.toml, loom.toml in Loom's home, LOOM_TABLE__KEY variables and options,
    each stronger than the one before.
    """


@command.command("show", epilog=EPILOG)
@click.option("--origin", is_flag=True, help="Say where each value came from.")
@config_option
@json_option
@pass_looking_session
def show(session: Session, origin: bool, as_json: bool) -> None:
    """Show every setting that is in force, secrets hidden."""
    from loom_core.cli.settings_listing import list_ignored, list_settings
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.cli.terminal.size import stdout_columns
    from loom_core.cli.terminal.table import echo_table

    entries = list_settings(session.loaded)
    ignored = list_ignored(session.left_out) if session.left_out else []
    entries += ignored
    if as_json:
        echo_json([entry.as_json() for entry in entries])
        return
    headers = ["KEY", "VALUE", "ORIGIN"] if origin or ignored else ["KEY", "VALUE"]
    rows = [[entry.key, entry.text, entry.place][: len(headers)] for entry in entries]
    echo_table(headers, rows, columns=stdout_columns(), flexible=1)
