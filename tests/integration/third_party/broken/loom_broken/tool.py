"""Leaves a mark when it is run, and then fails to import."""

from pathlib import Path

Path(__file__).with_name("was_run").touch()

import a_library_that_nobody_has  # noqa: E402 - it leaves the mark first


class Crash(a_library_that_nobody_has.Tool):
    """Never comes to be."""
