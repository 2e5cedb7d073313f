"""Hosts that a user opened by name, and whether one of them is meant."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from loom_core.errors import AddressRefused
from loom_core.network.web_url import WebUrl, literal_address

DEFAULT_PORT = 443
"""The one port of an entry that names none: plain HTTP has to be opened on purpose."""

_ENTRY = re.compile(r"(?P<wildcard>\*\.)?(?P<host>[^\s*:/?#@\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_LEAST_LABELS = 2
"""``*.org`` is nothing that a user can have meant. A suffix that others may take names below, such as
``*.github.io``, is the user's own choice."""


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """One entry of a list: a host or everything below it, at one port."""

    name: str
    """In lower case and ASCII, without the wildcard."""
    port: int = DEFAULT_PORT
    is_wildcard: bool = False
    """Whether the names below it are meant, at any depth, and not the name itself."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The entry in a text such as ``pypi.org``, ``*.pythonhosted.org`` or ``host.org:8443``.

        Raises ``ValueError``: it is no name of a host, an address, a name of this machine or network,
        a wildcard over a whole top-level domain, or a port of a service that is not the web.
        """
        found = _ENTRY.fullmatch(text)
        if found is None:
            raise ValueError(
                f"{text!r} is no host; write a name such as pypi.org, *.pythonhosted.org or "
                "registry.npmjs.org:443"
            )
        try:
            url = WebUrl.parse(f"https://{found['host']}:{found['port'] or DEFAULT_PORT}/")
        except AddressRefused as error:
            raise ValueError(f"{text!r} cannot be allowed: {error}") from None
        if literal_address(url.host) is not None:
            raise ValueError(f"{text!r} is an address; write the name of a host")
        labels = url.host.split(".")
        if len(labels) < _LEAST_LABELS or labels[-1] == "localhost":
            kind = "covers a whole top-level domain" if found["wildcard"] else "is no public name"
            raise ValueError(f"{text!r} {kind}; write a name with its domain, such as pypi.org")
        return cls(url.host, url.port, is_wildcard=bool(found["wildcard"]))

    def covers(self, url: WebUrl) -> bool:
        """Whether a URL leads there."""
        if url.port != self.port:
            return False
        return url.host.endswith(f".{self.name}") if self.is_wildcard else url.host == self.name

    def __str__(self) -> str:
        """The entry as a user writes it."""
        name = f"*.{self.name}" if self.is_wildcard else self.name
        return name if self.port == DEFAULT_PORT else f"{name}:{self.port}"


def is_allowed(url: WebUrl, hosts: Iterable[AllowedHost]) -> bool:
    """Whether a URL leads to one of the hosts."""
    return any(host.covers(url) for host in hosts)
