"""The one line at the bottom of a terminal that says that work goes on."""

import time
from collections.abc import Generator
from contextlib import contextmanager

import click

_ERASE = "\r\x1b[2K"
_FRESH_SECONDS = 5.0
"""Downloads report every second; one that does not for so long says something else or stands."""


class StatusLine:
    """A line on stderr that is replaced in place; other output goes above it."""

    def __init__(self, *, is_shown: bool) -> None:
        """Show it only where stderr is a terminal."""
        self._is_shown = is_shown
        self._is_drawn = False
        self._is_paused = False
        self._held: list[str] = []
        self._news = ""
        self._news_until = 0.0

    @property
    def news(self) -> str:
        """What was last reported, while it is fresh; safe to show."""
        return self._news if time.monotonic() < self._news_until else ""

    def report(self, text: str) -> None:
        """Show a passing text, which must be safe, in the line; without a line, above it."""
        if not self._is_shown:
            self.write_above(text)
            return
        self._news, self._news_until = text, time.monotonic() + _FRESH_SECONDS

    @contextmanager
    def paused(self) -> Generator[None]:
        """While inside, nothing is written, so that a question can be asked."""
        self.erase()
        self._is_paused = True
        try:
            yield
        finally:
            self._is_paused = False
            held, self._held = self._held, []
            for text in held:
                self.write_above(text)

    def draw(self, text: str) -> None:
        """Replace what it says; the text must be safe and fit the terminal."""
        if not self._is_shown or self._is_paused:
            return
        self.erase()
        click.echo(text, err=True, nl=False)
        self._is_drawn = True

    def write_above(self, text: str) -> None:
        """Write a line of safe text to stderr above it; the next drawing brings it back."""
        if self._is_paused:
            self._held.append(text)
            return
        self.erase()
        click.echo(text, err=True)

    def erase(self) -> None:
        """Take it away, so that something else can be written."""
        if self._is_drawn:
            # Colour may be off; moving on a terminal that we drew on is still right.
            click.echo(_ERASE, err=True, nl=False, color=True)
            self._is_drawn = False
