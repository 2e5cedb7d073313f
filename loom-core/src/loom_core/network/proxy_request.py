"""What a client asks a proxy for, read strictly: what two programs could read in two ways is refused.

Source: RFC 9110, sections 7.6.1 and 9.3.6, and RFC 9112, section 3.2.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from loom_core.errors import AddressRefused
from loom_core.network.web_url import WebUrl

if TYPE_CHECKING:
    import h11

_AUTHORITY = re.compile(r"[^\s/?#@]+:[0-9]{1,5}")
_BETWEEN_NEIGHBOURS = frozenset(
    {
        *(
            b"connection",
            b"expect",
            b"host",
            b"http2-settings",
            b"keep-alive",
            b"proxy-authenticate",
        ),
        *(b"proxy-authorization", b"proxy-connection", b"te", b"trailer", b"upgrade"),
    }
)
"""Headers that are not the client's to say to the host, or that the proxy says by itself."""
_LENGTH, _CODING = b"content-length", b"transfer-encoding"


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    """One request: where it leads and whether it is for a tunnel."""

    url: WebUrl
    is_tunnel: bool
    head: "h11.Request"

    @classmethod
    def read(cls, head: "h11.Request") -> Self:
        """What a request's head asks for. Raises ``AddressRefused`` when it is nothing a proxy does."""
        target = head.target.decode("latin-1")
        if head.method != b"CONNECT":
            url = WebUrl.parse(target)
            if url.scheme != "http":
                raise AddressRefused("https is asked for without a tunnel; use CONNECT")
            return cls(url, is_tunnel=False, head=head)
        if not _AUTHORITY.fullmatch(target) or _names(head) & {_LENGTH, _CODING}:
            raise AddressRefused("a tunnel is asked for by HOST:PORT and nothing else")
        return cls(WebUrl.parse(f"https://{target}/"), is_tunnel=True, head=head)

    @property
    def place(self) -> str:
        """Host and port, always with the port."""
        return f"{self.url.host}:{self.url.port}"

    def forwarded(self) -> "h11.Request":
        """The head for the host itself: its own name in ``Host``, and one request a connection."""
        import h11

        dropped = _BETWEEN_NEIGHBOURS | _named_by_connection(self.head)
        if _CODING in _names(self.head):
            dropped |= {_LENGTH}  # with both, two readers could see two ends
        kept = [(name, value) for name, value in self.head.headers if name not in dropped]
        return h11.Request(
            method=self.head.method,
            target=self.url.target,
            headers=[(b"Host", self.url.authority.encode()), *kept, (b"Connection", b"close")],
        )


def _names(head: "h11.Request") -> frozenset[bytes]:
    """The headers that are there, in lower case."""
    return frozenset(name for name, _ in head.headers)


def _named_by_connection(head: "h11.Request") -> frozenset[bytes]:
    """The headers that ``Connection`` says are for the proxy only."""
    said = (value for name, value in head.headers if name == b"connection")
    named = frozenset(part.strip().lower() for value in said for part in value.split(b","))
    return named - {_LENGTH, _CODING}
