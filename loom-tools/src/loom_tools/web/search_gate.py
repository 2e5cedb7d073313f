"""A proxy on loopback that lets the search library reach its own host and nothing else.

The library brings an HTTP client of its own, which follows redirects, falls back to other engines
and knows no address rules. It is given this proxy: the connection is encrypted from end to end, and
the proxy decides where it may lead.
"""

import asyncio
import base64
import hmac
import secrets
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from loom_core.errors import AddressRefused
from loom_core.network import (
    PUBLIC_ONLY,
    AddressRules,
    Allowance,
    Resolve,
    checked_addresses,
    ending,
    join,
    resolve_host,
)

_HEAD_SECONDS = 5.0
_CONNECT_SECONDS = 10.0
_CREDENTIALS = "proxy-authorization"
MAX_ANSWER_BYTES = 5 * 1024 * 1024
"""How much goes through one connection, both ways together."""


class SearchGate:
    """The proxy, for as long as it is entered; at the end every connection is cut."""

    def __init__(
        self,
        hosts: frozenset[str],
        *,
        rules: AddressRules = PUBLIC_ONLY,
        resolve: Resolve = resolve_host,
    ) -> None:
        """Bind what may be reached.

        Args:
            hosts: ``host:port`` pairs that may be connected to.
            rules: what their addresses must be.
            resolve: gives the addresses.
        """
        self._hosts = hosts
        self._rules = rules
        self._resolve = resolve
        self._password = secrets.token_hex(16)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.refused: list[str] = []
        """What our client asked for and is not open, in order."""
        self.unreached = ""
        """Why a host that is open could not be connected to; empty when it could."""

    @property
    def url(self) -> str:
        """The address for the client, with the password that keeps others out."""
        if self._server is None:
            raise RuntimeError("the gate is not open")
        port = self._server.sockets[0].getsockname()[1]
        return f"http://loom:{self._password}@127.0.0.1:{port}"

    async def __aenter__(self) -> Self:
        """Listen on a free port of this machine."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening, and cut what is open."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection in a task that the gate owns."""
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect one client to what it asks for, if that is open."""
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            remote = await self._connected(head)
            if remote is None:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with ending(remote[1]):
                await join((reader, writer), remote, Allowance(MAX_ANSWER_BYTES))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return  # a broken connection is the client's to report
        finally:
            writer.close()

    async def _connected(
        self, head: bytes
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """A connection to what a request for a tunnel names; None when that is not open."""
        request, *headers = head.decode("latin-1").split("\r\n")
        if not self._is_ours(headers):
            return None
        method, _, rest = request.partition(" ")
        target = rest.partition(" ")[0].lower()
        if method != "CONNECT" or target not in self._hosts:
            self.refused.append(target)
            return None
        host, _, port = target.rpartition(":")
        try:
            for address in await checked_addresses(host, self._rules, resolve=self._resolve):
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await asyncio.open_connection(str(address), int(port))
        except (AddressRefused, OSError) as error:
            self.unreached = str(error) or type(error).__name__
        return None

    def _is_ours(self, headers: Sequence[str]) -> bool:
        """Whether a request carries the password; others on this machine do not know it."""
        known = base64.b64encode(f"loom:{self._password}".encode())
        pairs = [line.partition(":") for line in headers]
        said = [value.strip() for name, _, value in pairs if name.lower() == _CREDENTIALS]
        return len(said) == 1 and hmac.compare_digest(said[0].encode(), b"Basic " + known)
