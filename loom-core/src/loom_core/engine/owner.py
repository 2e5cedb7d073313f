"""Who holds a claim: somebody in this process, told apart from all that ever ran on this machine."""

import os
import secrets
import socket
from pathlib import Path


def new_owner() -> str:
    """A name for one owner of claims in this process, which no other one has."""
    process = os.getpid()
    return f"{socket.gethostname()}:{process}:{_start_of(process)}/{secrets.token_hex(4)}"


def is_alive(owner: str) -> bool:
    """Whether the process that claimed may still be running.

    A process of another machine is taken for alive: only its lease tells. One of this machine is
    dead when its number is free or was given to a younger process, so that its task can be
    resumed at once after a crash; a zombie is dead too, although its parent keeps its number.
    """
    parts = owner.rsplit(":", 2)
    if len(parts) != 3 or parts[0] != socket.gethostname() or not parts[1].isdigit():  # noqa: PLR2004  # host, number, start
        return True
    process = int(parts[1])
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _start_of(process) == parts[2].partition("/")[0] and not _is_zombie(process)


def _start_of(process: int) -> str:
    """When a process started, in ticks since boot; a dash where the system does not tell."""
    facts = _facts_of(process)
    return facts[19] if facts else "-"


def _is_zombie(process: int) -> bool:
    """Whether a process has ended and its parent has not noticed yet."""
    return _facts_of(process)[:1] == ["Z"]


def _facts_of(process: int) -> list[str]:
    """What the system tells of a process, from its state on; empty where it does not tell."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    # The name in parentheses may hold spaces and parentheses; the fields after it may not.
    return stat.rpartition(")")[2].split()
