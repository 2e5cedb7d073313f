"""A session held on the whole screen."""

import sys

import click

from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.starting import Wish, begun
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.errors import UsageError
from loom_core.sanitize import sanitize_line

_IN_BROWSER = ":WebDriver"
"""How the driver is called by which a screen is sent to a browser."""


async def work_on_screen(session: Session, wish: Wish) -> ExitCode:
    """Hold a session until the user leaves.

    What takes time before there is a model, such as a download, is said before the screen opens.

    Raises:
        UsageError: this is no terminal.
        LoomError: no model can be used, or the store gave up.
    """
    is_tab = session.environ.get("TEXTUAL_DRIVER", "").endswith(_IN_BROWSER)
    if not is_tab and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("loom tui needs a terminal; in a pipe use loom cowork or loom run")
    desk, confirm = Desk(), _refuse if is_tab else _confirm
    async with begun(session, wish, desk, say=_say, confirm=confirm) as (loom, conversation):
        from loom_tui.app import LoomApp

        app = LoomApp(loom, conversation, desk)
        try:
            await app.run_async()
        finally:
            await app.stop_work()  # however it ended: by a key, a signal, or a tab that was closed
        if app.session.log.turns:
            _say(f"session {app.session.task.id}; go on with: loom tui --resume")
    return ExitCode.COMPLETED


def _refuse(question: str) -> bool:
    """A no: what would be typed in a browser is not for questions before the screen is there."""
    _say(f"{question} no; fetch it first, with loom models pull")
    return False


def _say(line: str) -> None:
    click.echo(sanitize_line(line), err=True)


def _confirm(question: str) -> bool:
    return click.confirm(sanitize_line(question), default=True, err=True)
