"""Whether ``loom`` without a command opens the whole screen."""

import sys

from loom_core.cli.plugin_commands import find_plugin_commands
from loom_core.cli.session import Session

SCREEN = "tui"
"""The command that does, whichever distribution brings it."""


def fills_screen(session: Session) -> bool:
    """Whether a person sits at a terminal that can be drawn on, and the command is installed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    is_drawable = session.environ.get("TERM", "dumb") not in {"", "dumb"}
    return is_drawable and SCREEN in find_plugin_commands()
