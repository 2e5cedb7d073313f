"""A session held on the whole screen."""

import sys
from typing import TYPE_CHECKING

import click

from loom_core.cli.cowork.wish import Wish
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.errors import UsageError
from loom_core.sanitize import sanitize_line

if TYPE_CHECKING:
    from loom_tui.app import OpenRoom

_IN_BROWSER = ":WebDriver"
"""How the driver is called by which a screen is sent to a browser."""


async def work_on_screen(session: Session, wish: Wish) -> ExitCode:
    """Hold a session until the user leaves.

    Raises:
        UsageError: this is no terminal, or there is no session to resume.
        LoomError: no model can be used, or the store gave up.
    """
    is_tab = session.environ.get("TEXTUAL_DRIVER", "").endswith(_IN_BROWSER)
    if not is_tab and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("loom tui needs a terminal; in a pipe use loom cowork or loom run")
    from loom_tui.app import LoomApp

    def load() -> "OpenRoom":
        from loom_tui.opening import Opening

        return Opening(session, wish)

    app = LoomApp(load)
    try:
        await app.run_async()
    finally:
        await app.end()  # however it ended: by a key, a signal, or a tab that was closed
    if app.room is not None and app.room.session.log.turns:
        how = f"session {app.room.session.task.id}; go on with: loom tui --resume"
        click.echo(sanitize_line(how), err=True)
    return ExitCode.COMPLETED
