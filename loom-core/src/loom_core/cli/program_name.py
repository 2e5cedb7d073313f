"""How the user calls Loom, for the commands that a message suggests."""

import shlex
import shutil
import sys
from pathlib import Path

_NAME = "loom"


def program_name() -> str:
    """``loom`` where the shell finds it, else the path by which it was called this time."""
    called = sys.argv[0]
    if Path(called).name != _NAME or shutil.which(_NAME):
        return _NAME  # called by other code, which says nothing of how people call it
    return shlex.quote(called)
