"""``loom init``."""

import asyncio

import click

from loom_core.cli.options import json_option
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom init
  loom init --yes
  loom init --project
"""


@click.command("init", epilog=EPILOG)
@click.option("--project", is_flag=True, help="Write ./loom.toml instead of the user's own file.")
@click.option("--yes", is_flag=True, help="Take the best model without asking.")
@click.option("--force", is_flag=True, help="Replace a settings file without asking.")
@click.option("--offline", is_flag=True, help="Look only at this machine.")
@json_option
@click.pass_obj
def command(
    session: Session, *, project: bool, yes: bool, force: bool, offline: bool, as_json: bool
) -> None:
    """Look at what runs on this machine and write a settings file with a model of it.

    It goes to loom.toml in Loom's home. A settings file that is there is replaced only when you say so.
    """
    from loom_core.cli.initializing import InitRequest, initialize

    request = InitRequest(
        is_project=project, agrees=yes, replaces=force, is_offline=offline, as_json=as_json
    )
    asyncio.run(initialize(session, request))
