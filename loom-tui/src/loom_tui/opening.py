"""Opens the session behind a screen. Importing it loads the engine with all that it needs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import copy_context

from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.loading import load_parts
from loom_core.cli.cowork.starting import begun_behind
from loom_core.cli.cowork.wish import Wish
from loom_core.cli.run.notices import COUNTING
from loom_core.cli.session import Session
from loom_core.sanitize import sanitize_line
from loom_tui.app import LoomApp
from loom_tui.room import Room
from loom_tui.screens.picker import Choice, Picker

_YES, _NO = "yes", "no"


class Opening:
    """Opens one session."""

    def __init__(self, session: Session, wish: Wish) -> None:
        """Load everything that the session needs, so that opening it holds up no keys for long.

        Raises:
            LoomError: the settings are wrong.
        """
        load_parts(session.settings)
        self._session = session
        self._wish = wish

    @asynccontextmanager
    async def __call__(self, app: LoomApp) -> AsyncGenerator[Room]:
        """The session, behind this screen, while inside. Raises what ``begun`` raises."""
        desk, loop, context = Desk(), asyncio.get_running_loop(), copy_context()

        def say(line: str) -> None:  # in any thread
            loop.call_soon_threadsafe(_tell, app, sanitize_line(line), context=context)

        async def ask(question: str) -> bool:
            choices = [Choice(_YES, "yes"), Choice(_NO, "no")]
            return await app.dialogues.ask(Picker(sanitize_line(question), choices)) == _YES

        async with begun_behind(self._session, self._wish, desk, say=say, ask=ask) as pair:
            room = Room(app, app.scene, app.dialogues, pair, desk)
            await room.enter()
            yield room


def _tell(app: LoomApp, line: str) -> None:
    """Show a line about something that takes time; a count of it replaces the one before."""
    if line.startswith(COUNTING) and app.room is None:
        app.scene.status.tell(line)
    else:
        app.tell(line)
