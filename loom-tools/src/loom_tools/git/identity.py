"""Whose name commits carry: that of the user's own git settings, else Loom's."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Identity:
    """A committer."""

    name: str
    email: str


@cache
def identity() -> Identity:
    """The committer of the user's own settings, asked for once in a process; blocks briefly.

    Only the user's own file is read, far from any workspace, so that no repository has a say.
    """
    name, email = _setting("user.name"), _setting("user.email")
    return Identity(name, email) if name and email else Identity("Loom", "loom@localhost")


def _setting(key: str) -> str:
    """One of the user's own settings; empty when it is not set or git is missing."""
    program = shutil.which("git")
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, "config", "--global", "--get", key],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
