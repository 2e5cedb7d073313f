"""What providers say and ask before a model answers, such as about a download."""

import sys

import click

from loom_core.cli.progress.status_line import StatusLine
from loom_core.sanitize import sanitize_line

COUNTING = "fetching "
"""How a line begins that says how far a download is."""


class Notices:
    """Lines and questions for the person at stderr."""

    def __init__(self, status: StatusLine, *, agrees: bool) -> None:
        """Write above this status line; ``agrees`` answers every question with yes."""
        self._status = status
        self._agrees = agrees

    def say(self, line: str) -> None:
        """Show one line about something that takes time; a count of it replaces the one before."""
        text = sanitize_line(line)
        if text.startswith(COUNTING):
            self._status.report(text)
        else:
            self._status.write_above(text)

    def confirm(self, question: str) -> bool:
        """Ask; off a terminal, or when it was agreed beforehand, say what is done and go on."""
        text = sanitize_line(question)
        if self._agrees or not (sys.stdin.isatty() and sys.stderr.isatty()):
            self._status.write_above(f"{text} yes")
            return True
        with self._status.paused():
            return click.confirm(text, default=True, err=True)
