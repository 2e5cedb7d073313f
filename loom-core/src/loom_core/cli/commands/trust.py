"""``loom trust``."""

from pathlib import Path

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import json_option
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom trust
  loom trust ~/projects/api/loom.toml --yes
  loom trust --withdraw
"""


@click.command("trust", epilog=EPILOG)
@click.argument("path", default="loom.toml", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Trust it without being asked.")
@click.option("--withdraw", is_flag=True, help="Trust it no longer.")
@json_option
@click.pass_obj
def command(session: Session, path: Path, yes: bool, withdraw: bool, as_json: bool) -> ExitCode:
    """Let a project's settings file decide where data goes and what may run.

    PATH is a settings file or the directory it is in; without it, ./loom.toml. Until a file is
    trusted it may only set preferences. Any edit of the file ends the trust.
    """
    from loom_core.cli.trusting import describe_file, trust_file, withdraw_trust

    file = path / "loom.toml" if path.is_dir() else path
    if withdraw:
        return withdraw_trust(session, file, as_json=as_json)
    shown = describe_file(file)
    return trust_file(session, shown, agrees=yes, as_json=as_json)
