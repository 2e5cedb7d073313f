"""Which server is meant, and the token for it: a token goes to the server that it was made for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from loom_core.cli.session import LOCAL
from loom_core.desk.announcement import find_server
from loom_core.errors import UsageError
from loom_server.guard.secrets import read_token
from loom_server.serving.address import is_loopback

TOKEN_VARIABLE = "LOOM_TOKEN"  # noqa: S105 - the name of a variable, not what it holds


@dataclass(frozen=True, slots=True)
class Place:
    """A server and how to get in."""

    url: str
    """Without a slash at its end."""
    token: str
    certificate: str = ""
    """Path of a certificate to trust beside the system's; empty for none."""


def find_place(server: str, *, home: Path, environ: Mapping[str, str]) -> Place:
    """The place of a server.

    Args:
        server: its URL, or ``local``.
        home: Loom's home.
        environ: has the token of a server that does not run in this home.

    Raises:
        UsageError: no server runs here, the URL is none, or the token is not known.
    """
    here = find_server(home)
    if server == LOCAL and here is None:
        raise UsageError("no server runs here; start one: loom serve")
    if here is not None and server.rstrip("/") in {LOCAL, here.url}:
        return Place(here.url, _token_here(home), here.certificate)
    _check_url(server)
    token = environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise UsageError(f"the token of {server} is not known; put it into {TOKEN_VARIABLE}")
    return Place(server.rstrip("/"), token)


def _token_here(home: Path) -> str:
    """The token of the server of this home."""
    token = read_token(home)
    if not token:
        raise UsageError(
            f"the token in {home / 'run'} cannot be read, or others could; start the server again"
        )
    return token


def _check_url(server: str) -> None:
    """Refuse what is no address, and where the token would be seen on its way."""
    try:
        parts = urlsplit(server)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{server!r} is no address of a server: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise UsageError(f"{server!r} is no address of a server, such as http://127.0.0.1:9000")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise UsageError(
            f"over {server} the token would be sent without encryption; use https, or a tunnel: "
            "ssh -L 9000:127.0.0.1:9000 HOST"
        )
