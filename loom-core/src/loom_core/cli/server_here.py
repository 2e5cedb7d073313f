"""The server that runs in this home, for commands that use it without being told to."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import click

from loom_core.cli.session import LOCAL, Session
from loom_core.desk.announcement import Announcement, database_name, find_server, loom_version
from loom_core.errors import LoomError

if TYPE_CHECKING:
    from loom_core.desk import ServerDesk

ANSWER_SECONDS = 2.0
"""How long the server may take to show that it answers."""


def find_usable_server(session: Session) -> Announcement | None:
    """The server of this home if it lives and has the same tasks; None otherwise.

    One with another database than the settings name is said and left out, one of another version is left
    out: it would answer something else than this process does.
    """
    found = find_server(session.home)
    if found is None or found.version != loom_version():
        return None
    if found.database != database_name(session.settings.memory):
        click.echo(
            f"loom: the server here ({found.url}) has another database; to ask it: --server {LOCAL}",
            err=True,
        )
        return None
    return found


@asynccontextmanager
async def open_desk_here(session: Session) -> AsyncGenerator["ServerDesk | None"]:
    """A desk at the server of this home, open while inside; None where none can be used.

    A server that is there and does not answer is said.
    """
    found = find_usable_server(session)
    async with AsyncExitStack() as stack:
        desk = None if found is None else await _enter(session, stack)
        if found is not None and desk is None:
            click.echo(f"loom: the server here ({found.url}) does not answer", err=True)
        yield desk


async def _enter(session: Session, stack: AsyncExitStack) -> "ServerDesk | None":
    """The desk, if the server answers."""
    try:
        opening = session.load_desk()(
            LOCAL, home=session.home, environ=session.environ, within_seconds=ANSWER_SECONDS
        )
        return await stack.enter_async_context(opening)
    except LoomError:
        return None
