"""Saying that a server runs, so that other processes of the same user find it."""

import json
from dataclasses import asdict
from pathlib import Path

from loom_core.desk.announcement import Announcement, announcement_path, find_server
from loom_server.guard.secrets import write_private


def announce(home: Path, announcement: Announcement) -> bool:
    """Say that a server runs; False where another one that lives has said so already."""
    known = find_server(home)
    if known is not None and known.owner != announcement.owner:
        return False
    path = announcement_path(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(path, json.dumps(asdict(announcement)))
    return True


def withdraw(home: Path, announcement: Announcement) -> None:
    """Say that it runs no more, unless another one runs instead."""
    if find_server(home) == announcement:
        announcement_path(home).unlink(missing_ok=True)
