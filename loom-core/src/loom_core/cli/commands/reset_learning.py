"""``loom reset-learning``."""

import sys

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import config_option, json_option, pass_looking_session, run_async
from loom_core.cli.session import Session
from loom_core.errors import UsageError

EPILOG = """\b
Examples:
  loom reset-learning
  loom reset-learning --project . --yes
"""


@click.command("reset-learning", epilog=EPILOG)
@click.option(
    "--project",
    metavar="[DIR]",
    is_flag=False,
    flag_value=".",
    default=None,
    type=click.Path(file_okay=False, resolve_path=True),
    help="Only what tasks in this directory taught; without DIR, in the current one.",
)
@click.option("--yes", is_flag=True, help="Forget without being asked.")
@config_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, *, project: str | None, yes: bool, as_json: bool) -> ExitCode:
    """Forget what tasks taught: plans, counts and corrections, of all projects or of one.

    Tasks, their journals and their memory stay.
    """
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.cli.terminal.time_text import format_count

    async with session.open_store() as store:
        found = await store.patterns.all(workspace=project)
        where = f" of {project}" if project else ""
        question = f"Forget {format_count(len(found), 'lesson')}{where}?"
        if found and not yes and not _is_meant(question):
            click.echo("nothing was forgotten", err=True)
            return ExitCode.FAILED
        forgotten = await store.patterns.forget(workspace=project)
    if as_json:
        echo_json({"forgotten": forgotten})
    else:
        click.echo(f"forgot {format_count(forgotten, 'lesson')}{where}")
    return ExitCode.COMPLETED


def _is_meant(question: str) -> bool:
    """Ask; raises ``UsageError`` where nobody is there to be asked."""
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Nobody is there to be asked; add --yes if that is meant")
    return click.confirm(question, default=False, err=True)
