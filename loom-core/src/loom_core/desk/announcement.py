"""The file by which other processes of the same user find a running server."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter

from loom_core.engine.owner import is_alive
from loom_core.settings.redaction import without_passwords
from loom_core.settings.shape import MemorySettings

_MAX_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Announcement:
    """A server that runs on this machine."""

    url: str
    owner: str
    """The process, told apart from any other that ever ran on this machine."""
    database: str
    """Its database, as ``database_name`` has it."""
    certificate: str = ""
    """Path of the certificate that it shows; empty without TLS."""
    version: str = ""
    """Of Loom."""


_FORM = TypeAdapter(Announcement)


def announcement_path(home: Path) -> Path:
    """Where a server of this home says that it runs."""
    return home / "run" / "server.json"


def find_server(home: Path) -> Announcement | None:
    """The server of this home, if its process lives; None otherwise.

    What a server left that died, and what is no announcement, counts as none.
    """
    try:
        text = announcement_path(home).read_text(encoding="utf-8")[:_MAX_BYTES]
        found = _FORM.validate_json(text)
    except (OSError, ValueError):
        return None
    return found if is_alive(found.owner) else None


def database_name(memory: MemorySettings) -> str:
    """Which database the settings mean, so that two processes can compare; without a password."""
    return without_passwords(memory.database_url) or str(memory.database_path.expanduser())


def loom_version() -> str:
    """The version of Loom in this process: events of another one might not be understood."""
    return version("loom-core")
