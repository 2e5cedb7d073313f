"""A URL of the web, read strictly: what two programs could read in two ways is refused."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Self
from urllib.parse import quote

from loom_core.errors import AddressRefused
from loom_core.network.ports import UNUSABLE_PORTS
from loom_core.sanitize import sanitize_line

MAX_URL_CHARACTERS = 4000
MAX_HOST_CHARACTERS = 253

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PARTS = re.compile(r"(?P<scheme>[^:/?#]+)://(?P<authority>[^/?#]*)(?P<target>[^#]*)(?:#.*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]*)(?::(?P<port>[0-9]{0,5}))?")
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_MAX_PORT = 65535
_MAX_SHOWN = 200
_UNQUOTED = "!$%&'()*+,-./:;=?@[]_~"


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An http or https URL without credentials and fragment."""

    scheme: str
    host: str
    """In lower case and ASCII (IDNA 2008), without a dot at its end; IPv6 without brackets."""
    port: int
    target: str
    """Path and query as they are requested; ASCII, begins with a slash."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The URL in a text of unknown origin.

        Refused are: other schemes, user names and passwords, control characters and backslashes,
        IPv4 addresses in any form but four plain decimal numbers, zones of IPv6, hosts that are no
        names, and ports of services that are not the web. Raises ``AddressRefused``.
        """
        text = text.strip(" \n")
        if len(text) > MAX_URL_CHARACTERS:
            raise AddressRefused(f"the URL is longer than {MAX_URL_CHARACTERS} characters")
        if _UNREADABLE.search(text):
            raise _refused(text, "holds a control character, a backslash or the like")
        parts = _PARTS.fullmatch(text)
        if parts is None:
            raise _refused(text, "is no URL; write https://HOST/PATH")
        scheme = parts["scheme"].lower()
        if scheme not in _DEFAULT_PORTS:
            raise _refused(text, "is not http or https")
        if "@" in parts["authority"]:
            raise AddressRefused("the URL holds a user name or password; leave it out")
        authority = _AUTHORITY.fullmatch(parts["authority"])
        if authority is None:
            raise _refused(text, "has no readable host and port")
        target = parts["target"]
        return cls(
            scheme,
            _host(authority["host"], text),
            _port(authority["port"], scheme, text),
            quote(target if target.startswith("/") else f"/{target}", safe=_UNQUOTED),
        )

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: the ``Host`` of a request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The URL without path and query."""
        return f"{self.scheme}://{self.authority}"

    @property
    def text(self) -> str:
        """The whole URL; parsing it gives an equal one."""
        return self.origin + self.target


def literal_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a parsed host is; None when it is a name."""
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(host)
    except AddressValueError:
        return None


def _host(text: str, url: str) -> str:
    """The host in its one form."""
    if text.startswith("["):
        return _ipv6(text[1:-1], url)
    host = _ascii(text, url).lower().removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):  # then it is an address to every resolver, however written
        if literal_address(host) is None:
            raise _refused(url, "writes an IPv4 address in another form than four decimal numbers")
        return host
    if len(host) > MAX_HOST_CHARACTERS or not all(map(_LABEL.fullmatch, labels)):
        raise _refused(url, "has a host that is no name and no address")
    return host


def _ipv6(text: str, url: str) -> str:
    """An IPv6 address in its shortest form."""
    try:
        address = IPv6Address(text)
    except AddressValueError:
        raise _refused(url, "has a host that is no IPv6 address") from None
    if address.scope_id is not None:
        raise _refused(url, "names a zone, which means this machine's own links")
    return str(address)


def _ascii(host: str, url: str) -> str:
    """A host name as the domain name system knows it."""
    if host.isascii():
        return host
    if len(host) > MAX_HOST_CHARACTERS:
        raise _refused(url, "has a host that is too long")
    import idna

    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise _refused(url, "has a host that is no international domain name") from None


def _port(text: str | None, scheme: str, url: str) -> int:
    """The port, as a number that may be connected to."""
    port = int(text) if text else _DEFAULT_PORTS[scheme]
    if not 0 < port <= _MAX_PORT:
        raise _refused(url, "has no possible port")
    if port in UNUSABLE_PORTS:
        raise _refused(url, f"names port {port}, which belongs to a service that is not the web")
    return port


def _refused(url: str, reason: str) -> AddressRefused:
    """The error for a URL; what may be a password is not shown."""
    shown = sanitize_line(url.rpartition("@")[2])[:_MAX_SHOWN]
    return AddressRefused(f"the URL {shown!r} {reason}")
