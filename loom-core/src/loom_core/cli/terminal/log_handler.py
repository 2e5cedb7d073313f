"""Log records on stderr, safe to show: they quote models and files."""

import logging

import click

from loom_core.sanitize import sanitize_text


class StderrHandler(logging.Handler):
    """Writes each record as one sanitised line or paragraph to stderr."""

    def __init__(self) -> None:
        """Show the level, where it comes from and what it says."""
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        click.echo(sanitize_text(self.format(record)), err=True)
