"""How wide the output may be."""

import shutil
import sys

UNLIMITED_COLUMNS = 10_000
"""Off a terminal nothing is cut or wrapped, so that files and pipes get whole lines."""


def stdout_columns() -> int:
    """Columns for results: the terminal's, or unlimited off a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else UNLIMITED_COLUMNS


def stderr_columns(*, plain: int) -> int:
    """Columns for progress: the terminal's, or ``plain`` off a terminal."""
    return shutil.get_terminal_size().columns if sys.stderr.isatty() else plain
