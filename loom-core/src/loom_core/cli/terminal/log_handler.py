"""Log records on stderr, safe to show: they quote models and files."""

import logging
from contextlib import suppress

import click

from loom_core.cli.terminal.json_line import JsonFormatter
from loom_core.sanitize import sanitize_text
from loom_core.settings.shape import LoggingSettings

_OWN = "loom_"
"""What the names of Loom's own loggers begin with, those of its distributions too."""


class StderrHandler(logging.Handler):
    """Writes each record as one sanitised line or paragraph to stderr, or as a line of JSON."""

    def __init__(self, *, as_json: bool = False) -> None:
        """Show the level, where it comes from and what it says."""
        super().__init__()
        plain = logging.Formatter("%(levelname)s %(name)s: %(message)s")
        self.setFormatter(JsonFormatter() if as_json else plain)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record. What goes wrong is no concern of whoever logs: it is told as logging tells it."""
        try:
            click.echo(sanitize_text(self.format(record)), err=True)
        except Exception:  # noqa: BLE001 - a record that cannot be formed, a stderr that nobody reads
            with suppress(OSError, ValueError):
                self.handleError(record)


def log_to_stderr(settings: LoggingSettings, *, is_service: bool = False) -> None:
    """Write to stderr what Loom logs from the settings' level on, and what others warn of.

    Called again, the newest settings count.

    Args:
        settings: level and form.
        is_service: whether programs rather than people read it, where the settings leave that open.
    """
    as_json = settings.format == "json" or (settings.format == "auto" and is_service)
    handler = StderrHandler(as_json=as_json)
    handler.addFilter(_is_wanted)
    root = logging.getLogger()
    for known in [known for known in root.handlers if isinstance(known, StderrHandler)]:
        root.removeHandler(known)
    root.addHandler(handler)
    root.setLevel(settings.level.upper())


def _is_wanted(record: logging.LogRecord) -> bool:
    """Whether it is Loom's, or serious: the small talk of libraries is nobody's concern."""
    return record.name.startswith(_OWN) or record.levelno >= logging.WARNING
