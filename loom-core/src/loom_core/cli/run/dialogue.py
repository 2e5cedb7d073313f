"""Questions to the person at a terminal, one after another, out of the way of what else is shown."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import click

from loom_core.cli.progress.status_line import StatusLine

ReadLine = Callable[[], Awaitable[str]]
"""Gives the next line that is typed; empty at the end of input."""


class Dialogue:
    """Whoever has the turn may show something and read answers; nothing else is written meanwhile."""

    def __init__(
        self,
        read_line: ReadLine,
        status: StatusLine,
        forget_typed: Callable[[], None] = lambda: None,
    ) -> None:
        """Read answers with ``read_line``; keep the status line out of the way meanwhile.

        ``forget_typed`` drops what was typed before a question is shown.
        """
        self._read_line = read_line
        self._status = status
        self._forget_typed = forget_typed
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """While inside, nobody else asks."""
        async with self._one_at_a_time:
            with self._status.paused():
                yield

    async def read(self, prompt: str) -> str:
        """The next line that is typed after a prompt was shown."""
        self._forget_typed()  # before the question is shown: a quick answer must count
        click.echo(prompt, err=True, nl=False)
        try:
            return await self._read_line()
        except asyncio.CancelledError:
            click.echo(err=True)  # somebody else answered, or the run stops: end the line
            raise
