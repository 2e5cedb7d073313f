"""Which Host and Origin a request may name: a page of another site never gets through."""

from collections.abc import Iterable
from dataclasses import dataclass

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""What this machine is called in a browser that runs on it."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The names under which the server may be asked."""

    hosts: frozenset[bytes]
    """Values of ``Host``, in lower case."""
    origins: frozenset[bytes]
    """Values of ``Origin``, in lower case."""

    @classmethod
    def of(cls, names: Iterable[str], port: int, *, scheme: str = "http") -> "Origins":
        """The names with the port, which may be left out only where it is the scheme's own."""
        default = {"http": 80, "https": 443}[scheme]
        hosts = {f"{name.lower()}:{port}" for name in names}
        if port == default:
            hosts |= {name.lower() for name in names}
        return cls(
            hosts=frozenset(host.encode() for host in hosts),
            origins=frozenset(f"{scheme}://{host}".encode() for host in hosts),
        )

    def problem(self, headers: "Headers") -> str:
        """Why a request with these headers is refused; empty when it is not."""
        hosts = headers.every(b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return "the Host header does not name this server"
        origins = headers.every(b"origin")
        if any(origin.lower() not in self.origins for origin in origins) or len(origins) > 1:
            return "pages of other origins may not ask this server"
        sites = headers.every(b"sec-fetch-site")
        if any(site.lower() not in {b"same-origin", b"none"} for site in sites):
            return "pages of other sites may not ask this server"
        return ""


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of a request, as ASGI has them: names in lower case."""

    raw: list[tuple[bytes, bytes]]

    def every(self, name: bytes) -> list[bytes]:
        """Every value of a header."""
        return [value.strip() for key, value in self.raw if key == name]

    def only(self, name: bytes) -> bytes:
        """The value of a header that is there once; empty otherwise."""
        values = self.every(name)
        return values[0] if len(values) == 1 else b""
