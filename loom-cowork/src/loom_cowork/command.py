"""``loom cowork``."""

import asyncio
from pathlib import Path

import click

from loom_core.cli.completing import complete_session
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import config_option, model_option
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom cowork
  loom cowork -w ~/projects/shop --model coder
  loom cowork --resume
  echo "What does @setup.py install?" | loom cowork

\b
In a session: /help lists the commands, @path sends a file along, !command runs one
in the sandbox, Ctrl-C stops the turn, Ctrl-D ends the session.
"""


@click.command("cowork", epilog=EPILOG)
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
@click.option("--plain", is_flag=True, help="Plain lines, for screen readers and dumb terminals.")
@click.option("--offline", is_flag=True, help="Forbid connections that leave this machine.")
@click.option("--yes", is_flag=True, help="Fetch a missing model without asking.")
@config_option
@click.pass_obj
def command(
    session: Session,
    *,
    workspace: Path | None,
    resume: str,
    model: str,
    approval: str | None,
    plain: bool,
    offline: bool,
    yes: bool,
) -> ExitCode:
    """Work on a directory together with a local model, turn by turn.

    The model acts through the same tools, sandbox and approvals as `loom run`; every turn is
    journalled, and what it changed can be taken back.
    """
    from loom_core.cli.cowork.wish import Wish
    from loom_cowork.working import work_together

    wish = Wish(
        workspace=workspace or Path.cwd(),
        resume=resume,
        model=model,
        mode=approval or "",
        is_offline=offline,
    )
    return asyncio.run(work_together(session, wish, is_plain=plain, agrees=yes))
