"""A session held on the whole screen."""

import sys

import click

from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.starting import Wish, begun
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.errors import UsageError
from loom_core.sanitize import sanitize_line


async def work_on_screen(session: Session, wish: Wish) -> ExitCode:
    """Hold a session until the user leaves.

    What takes time before there is a model, such as a download, is said before the screen opens.

    Raises:
        UsageError: this is no terminal.
        LoomError: no model can be used, or the store gave up.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("loom tui needs a terminal; in a pipe use loom cowork or loom run")
    desk = Desk()
    async with begun(session, wish, desk, say=_say, confirm=_confirm) as (loom, conversation):
        from loom_tui.app import LoomApp

        app = LoomApp(loom, conversation, desk)
        await app.run_async()
        if app.session.log.turns:
            _say(f"session {app.session.task.id}; go on with: loom tui --resume")
    return ExitCode.COMPLETED


def _say(line: str) -> None:
    click.echo(sanitize_line(line), err=True)


def _confirm(question: str) -> bool:
    return click.confirm(sanitize_line(question), default=True, err=True)
