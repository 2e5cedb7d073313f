"""The file by which other processes of the same user find a running server."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from loom_core.engine.owner import is_alive
from loom_server.guard.secrets import write_private

_MAX_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Announcement:
    """A server that runs on this machine."""

    url: str
    owner: str
    """The process, told apart from any other that ever ran on this machine."""
    database: str
    """Path or URL of its database."""
    certificate: str = ""
    """Path of the certificate that it shows; empty without TLS."""


_FORM = TypeAdapter(Announcement)


def announcement_path(home: Path) -> Path:
    """Where a server of this home says that it runs."""
    return home / "run" / "server.json"


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


def find_server(home: Path) -> Announcement | None:
    """The server of this home, if its process lives; None otherwise."""
    try:
        text = announcement_path(home).read_text(encoding="utf-8")[:_MAX_BYTES]
        found = _FORM.validate_json(text)
    except (OSError, ValueError):
        return None
    return found if is_alive(found.owner) else None
