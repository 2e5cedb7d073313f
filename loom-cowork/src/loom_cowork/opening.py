"""Opens the session behind a face. Importing it loads the engine with all that it needs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import click

from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.loading import load_parts
from loom_core.cli.cowork.starting import begun_behind
from loom_core.cli.cowork.wish import Wish
from loom_core.cli.run.notices import COUNTING
from loom_core.cli.session import Session
from loom_core.sandbox import describe as describe_sandbox
from loom_core.sanitize import sanitize_line
from loom_cowork.face import Face
from loom_cowork.room import Room

_HISTORY = "cowork_history"


class Opening:
    """Opens one session."""

    def __init__(self, session: Session, wish: Wish, *, agrees: bool) -> None:
        """Load everything that the session needs, so that opening it holds up no keys for long.

        Args:
            session: gives the settings and the engine.
            wish: which session.
            agrees: whether to fetch what is needed without asking.

        Raises:
            LoomError: the settings are wrong.
        """
        load_parts(session.settings)
        self._session = session
        self._wish = wish
        self._agrees = agrees

    @asynccontextmanager
    async def __call__(self, face: Face) -> AsyncGenerator[Room]:
        """The session, behind this face, while inside. Raises what ``begun`` raises."""
        desk = Desk()

        def say(line: str) -> None:
            text = sanitize_line(line)
            if text.startswith(COUNTING) and not face.is_open:
                face.tell(text)
            else:
                click.echo(text, err=True)

        async def ask(question: str) -> bool:
            return self._agrees or await face.ask(sanitize_line(question))

        async with begun_behind(self._session, self._wish, desk, say=say, ask=ask) as pair:
            loom, conversation = pair
            room = Room(loom, conversation, desk, face=face)
            face.remember_in(self._session.home / _HISTORY)
            sandbox = self._session.settings.sandbox
            room.greet(describe_sandbox(sandbox, is_offline=self._wish.is_offline).detail)
            yield room
