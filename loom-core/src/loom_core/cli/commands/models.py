"""``loom models``."""

import asyncio

import click

from loom_core.cli.options import config_option, json_option, pass_looking_session
from loom_core.cli.session import Session

EPILOG = """\b
Example:
  loom models
"""


@click.command("models", epilog=EPILOG)
@click.option("--offline", is_flag=True, help="Ask only servers on this machine.")
@config_option
@json_option
@pass_looking_session
def command(session: Session, offline: bool, as_json: bool) -> None:
    """Show the models of the settings, and those that run here without being configured.

    A configured model wins over a running server, and a running server over the embedded model.
    """
    from dataclasses import asdict

    from loom_core.cli.model_listing import list_models
    from loom_core.cli.model_table import echo_models
    from loom_core.cli.terminal.json_output import echo_json

    models = asyncio.run(list_models(session.settings, session.provider_environment(offline)))
    if as_json:
        echo_json([asdict(model) for model in models])
    else:
        echo_models(models)
