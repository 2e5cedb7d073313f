"""Where the server listens, and what may be reached from outside of this machine."""

import ipaddress
import socket
from dataclasses import dataclass

from loom_core.errors import UsageError
from loom_core.settings.shape import ServerSettings
from loom_server.guard.origins import LOOPBACK_NAMES, Origins

_BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Address:
    """Host, port and scheme, with a socket that listens there."""

    host: str
    port: int
    scheme: str
    listener: socket.socket
    names: tuple[str, ...]
    """Other names under which the server may be asked."""

    @property
    def url(self) -> str:
        """The address for a client on this machine, without a slash at its end."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - told apart, not bound
        return f"{self.scheme}://{_bracketed(host)}:{self.port}"

    @property
    def origins(self) -> Origins:
        """The names that requests may use."""
        every = (*LOOPBACK_NAMES, *self.names)
        if self.host not in {"0.0.0.0", "::"}:  # noqa: S104 - told apart, not bound
            every = (*every, _bracketed(self.host))
        return Origins.of(every, self.port, scheme=self.scheme)


def listen(settings: ServerSettings, *, is_network_allowed: bool) -> Address:
    """Listen where the settings say.

    Args:
        settings: with host, port and certificate; port 0 takes a free one.
        is_network_allowed: whether the user said that others may reach it without encryption.

    Raises:
        UsageError: it would be reached from outside without encryption, or the port is taken.
    """
    scheme = "https" if settings.tls_certificate else "http"
    if not is_loopback(settings.host) and scheme == "http" and not is_network_allowed:
        raise UsageError(
            f"{settings.host} can be reached by other machines, and without TLS they could read the token "
            "on its way; set server.tls_certificate and server.tls_key, or say --insecure-network"
        )
    listener = _bound(settings.host, settings.port)
    port = listener.getsockname()[1]
    return Address(settings.host, port, scheme, listener, settings.names)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UsageError(f"the server cannot listen at {host}: {error.strerror}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"the server cannot listen at {host}, port {port}: {error.strerror}; stop what does, or take "
            "another port: loom serve --port N"
        ) from error
    listener.setblocking(False)  # noqa: FBT003 - the socket's own interface
    return listener


def _bracketed(host: str) -> str:
    """A host as it is written in a URL."""
    return f"[{host}]" if ":" in host else host
