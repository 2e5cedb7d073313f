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
  loom tui --serve

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
@click.option(
    "--serve", "serves", is_flag=True, help="Show it in a browser of this machine instead."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port for --serve. Default: one that is free.",
)
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
    serves: bool,
    port: int | None,
) -> ExitCode:
    """Work together with a local model on the whole screen of a terminal.

    With --serve it prints a link that works once; each tab of the browser that opened it is a session.
    """
    if serves:
        from loom_tui.browser.serving import serve_in_browser

        own = arguments_without_serving(
            workspace or Path.cwd(),
            config=session.config_file,
            resume=resume,
            model=model,
            approval=approval,
            is_offline=offline,
        )
        serve_in_browser(own, port=port or 0)
        return ExitCode.COMPLETED
    if port is not None:
        raise click.UsageError("--port goes with --serve")
    from loom_core.cli.cowork.wish import Wish
    from loom_tui.working import work_on_screen

    wish = Wish(
        workspace=workspace or Path.cwd(),
        resume=resume,
        model=model,
        mode=approval or "",
        is_offline=offline,
    )
    return asyncio.run(work_on_screen(session, wish))


def arguments_without_serving(
    workspace: Path,
    *,
    config: Path | None,
    resume: str,
    model: str,
    approval: str | None,
    is_offline: bool,
) -> list[str]:
    """What the process of a tab is started with; paths hold wherever it starts."""
    given = {
        "--config": config.absolute() if config else "",
        "--model": model,
        "--approval": approval,
    }
    arguments = ["--workspace", str(workspace.absolute())]
    for name, value in given.items():
        arguments += [name, str(value)] if value else []
    arguments += [f"--resume={resume}"] if resume else []
    return [*arguments, "--offline"] if is_offline else arguments
