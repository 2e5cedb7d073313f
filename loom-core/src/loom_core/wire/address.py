"""Where a model server is, and whether it may be reached."""

import ipaddress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from loom_core.errors import ModelUnreachable, RequestRejected

_PRIVATE_NETWORKS = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """The base address of a server's API."""

    url: str
    """Without a slash at its end."""
    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, base_url: str, *, default_path: str = "") -> Self:
        """The address in a setting.

        Args:
            base_url: ``http://host:port/path``; without a scheme it is taken as http.
            default_path: added when the address has no path, such as ``/v1``.

        Raises:
            RequestRejected: it is not an http or https address, or carries a user or password.
        """
        text = base_url.strip()
        parts = urlsplit(text if "://" in text else f"http://{text}")
        try:
            port = parts.port or _DEFAULT_PORTS[parts.scheme]
            host = parts.hostname or ""
        except (KeyError, ValueError) as error:
            raise RequestRejected(_bad_address(base_url)) from error
        if not host or parts.username is not None or parts.query or parts.fragment:
            raise RequestRejected(_bad_address(base_url))
        path = parts.path.rstrip("/") or default_path
        return cls(f"{parts.scheme}://{parts.netloc}{path}", parts.scheme, host.lower(), port)

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: a key given for one origin goes to no other."""
        return (self.scheme, self.host, self.port)

    @property
    def root(self) -> str:
        """The address without its path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_private(self) -> bool:
        """Whether the address is one of a private network, or a name that only such a one knows."""
        if self.host.endswith(".local"):
            return True
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return any(address in network for network in _PRIVATE_NETWORKS)

    def refuse_when_offline(self, *, is_offline: bool) -> None:
        """Raise ``ModelUnreachable`` when Loom is offline and the server is elsewhere."""
        if is_offline and not self.is_loopback:
            raise ModelUnreachable(
                f"Loom is offline and {self.root} is not on this machine; "
                "leave --offline out, or set base_url to a server on 127.0.0.1"
            )


def _bad_address(base_url: str) -> str:
    """What to say of an address that cannot be one; without the text, which may hold a password."""
    shown = base_url.rpartition("@")[2]
    return (
        f"base_url {shown!r} is not a server address; write http://HOST:PORT or https://HOST/PATH, "
        "without user, query or fragment, and put a key into api_key"
    )
