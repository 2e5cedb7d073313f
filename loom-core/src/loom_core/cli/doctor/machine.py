"""Checks of what the machine brings: Python, programs, disk, sandbox."""

import platform
import shutil
import sys
import sysconfig
from pathlib import Path

from loom_core.cli.doctor.finding import Finding, Level
from loom_core.cli.terminal.time_text import format_size
from loom_core.sandbox import describe
from loom_core.settings import Settings

_LEAST_BYTES = 100_000_000
"""Below that even the database and logs may fail."""
_ENOUGH_BYTES = 2_000_000_000
"""Room for the embedded model and its download."""
_CLEAN = ("clean",)


def check_python() -> Finding:
    """The interpreter; the installer has seen to its version."""
    version = platform.python_version()
    return Finding("python", Level.OK, f"{version} on {platform.system()} at {sys.executable}")


def check_disk(home: Path) -> Finding:
    """Whether there is room in Loom's home."""
    existing = next(place for place in (home, *home.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    detail = f"{format_size(free)} free at {existing}"
    if free < _LEAST_BYTES:
        fix = "make room, for example with loom clean, or set LOOM_HOME to another disk"
        return Finding("disk", Level.FAIL, detail, fix, _CLEAN)
    if free < _ENOUGH_BYTES:
        fix = "make room before you fetch a model, for example with loom clean"
        return Finding("disk", Level.WARN, detail, fix, _CLEAN)
    return Finding("disk", Level.OK, detail)


def check_program(name: str, *, without: str, fix: str) -> Finding:
    """Whether a program is there, in Loom's own environment or on the path.

    Args:
        name: of the program.
        without: what is missing when it is not there.
        fix: how to get it.
    """
    found = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    if found:
        return Finding(name, Level.OK, found)
    return Finding(name, Level.WARN, f"not found: {without}", fix)


def check_sandbox(settings: Settings) -> Finding:
    """Whether commands are confined here, and have what the settings open."""
    choice = describe(settings.sandbox)
    if choice.sandbox.is_confining and choice.is_as_set:
        return Finding("sandbox", Level.OK, choice.detail)
    return Finding("sandbox", Level.WARN, choice.detail, choice.fix)
