"""``loom tui``."""

import asyncio
from pathlib import Path

import click

from loom_core.cli.completing import complete_session
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import config_option, model_option
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom tui
  loom tui -w ~/projects/shop --resume

\b
Keys: Enter sends, Ctrl+J begins a line, Esc or Ctrl+C stops the turn, F1 shows all keys,
Ctrl+P finds every command, Ctrl+Q leaves. A session can be resumed.
"""


@click.command("tui", epilog=EPILOG)
@click.option(
    "-w",
    "--workspace",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Directory to work in. Default: the current one.",
)
@click.option(
    "--resume",
    is_flag=False,
    flag_value="last",
    default="",
    metavar="[ID]",
    shell_complete=complete_session,
    help="Go on with a session: the newest of this directory, or the one of that id.",
)
@model_option("Begin with this model of the settings.")
@click.option(
    "--approval",
    type=click.Choice(["auto", "manual", "confidence_threshold"]),
    help="Who says yes to what tools do. Default: from the settings.",
)
@click.option("--offline", is_flag=True, help="Forbid connections that leave this machine.")
@config_option
@click.pass_obj
def command(
    session: Session,
    *,
    workspace: Path | None,
    resume: str,
    model: str,
    approval: str | None,
    offline: bool,
) -> ExitCode:
    """Work together with a local model on the whole screen of a terminal."""
    from loom_core.cli.cowork.starting import Wish
    from loom_core.types import ApprovalMode
    from loom_tui.working import work_on_screen

    wish = Wish(
        workspace=workspace or Path.cwd(),
        resume=resume,
        model=model,
        mode=ApprovalMode(approval) if approval else None,
        is_offline=offline,
    )
    return asyncio.run(work_on_screen(session, wish))
