"""The name of the server that a TLS client asks for, read before anything is passed on.

Many hosts share an address, and the name in the first message decides which of them answers. The
message is read by the TLS library of the system, in a handshake that goes no further.
"""

import asyncio
import ssl

from loom_core.errors import AddressRefused
from loom_core.sanitize import sanitize_line

_MAX_HELLO_BYTES = 32 * 1024
"""A first message has some 500 bytes, or 2,000 with keys that withstand quantum computers."""
_MAX_SHOWN = 253


class _Handshake:
    """The part of a server that reads the first message and then gives up."""

    def __init__(self) -> None:
        """Know nothing yet. No certificate is needed for so little."""
        self._incoming = ssl.MemoryBIO()
        self._names: list[str | None] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._note
        self._tls = context.wrap_bio(self._incoming, ssl.MemoryBIO(), server_side=True)

    def _note(self, _tls: object, name: str | None, _context: object) -> int:
        """Keep the name, and refuse to go on."""
        self._names.append(name)
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    def is_read_by(self, data: bytes) -> bool:
        """Whether the first message is complete, or can be none, with some more bytes."""
        self._incoming.write(data)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError:  # for a good message too, since it is answered by giving up
            return True
        return True

    def require(self, host: str) -> None:
        """Raise ``AddressRefused`` unless the message asks for this host."""
        if not self._names:
            raise AddressRefused("what goes through the tunnel does not begin as TLS")
        name = self._names[0]
        if name is None:
            raise AddressRefused("the TLS in the tunnel names no server")
        if name.lower().removesuffix(".") != host:
            shown = sanitize_line(name)[:_MAX_SHOWN]
            raise AddressRefused(f"the TLS in the tunnel is for another server, {shown}")


async def read_hello(reader: asyncio.StreamReader, early: bytes, host: str) -> bytes:
    """What a client sent up to its first message of TLS, once that asks for the host.

    Args:
        reader: the client.
        early: what it sent already.
        host: in lower case, without a dot at its end.

    Raises:
        AddressRefused: it is for another server or for none, or is no TLS.
        EOFError: the client left before.
    """
    handshake, sent = _Handshake(), bytearray(early)
    is_read = handshake.is_read_by(early)
    while not is_read:
        piece = await reader.read(_MAX_HELLO_BYTES - len(sent))
        if not piece:
            raise EOFError("the client sent no whole message")
        sent += piece
        is_read = handshake.is_read_by(piece)
    handshake.require(host)
    return bytes(sent)
