"""A proxy that leads to hosts of a list and nowhere else.

It resolves names itself, checks every address against the rules and connects to what it checked. A
connection serves one request: either a tunnel for TLS with that very host, or a request of plain HTTP
that is written anew for its host, after which nothing of the client's is read any more.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from loom_core.errors import AddressRefused
from loom_core.network.allowed_hosts import AllowedHost, is_allowed
from loom_core.network.carrying import Allowance, AllowanceSpent, Connection, join
from loom_core.network.closing import ending
from loom_core.network.pace import Pace, PartsTooSmall
from loom_core.network.proxy_request import ProxyRequest
from loom_core.network.resolving import Resolve, checked_addresses, resolve_host
from loom_core.network.rules import PUBLIC_ONLY, Address, AddressRules
from loom_core.network.server_name import read_hello
from loom_core.sanitize import sanitize_line

if TYPE_CHECKING:
    import h11

MAX_BYTES = 2 * 1024**3
"""What all connections of one proxy carry together, both ways."""
_HEAD_SECONDS = 10.0
_CONNECT_SECONDS = 10.0
_MAX_HEAD_BYTES = 64 * 1024
_CHUNK_BYTES = 64 * 1024
_LOOKUPS_AT_ONCE = 2
"""A lookup holds a thread of this process, and a client may ask for many names below a wildcard."""
_MAX_REASON = 400
_MOST_NOTED = 20

_log = logging.getLogger(__name__)


class Proxy:
    """Serves the connections of one client, such as a command, and notes what it refused."""

    def __init__(
        self,
        hosts: Sequence[AllowedHost],
        *,
        rules: AddressRules = PUBLIC_ONLY,
        resolve: Resolve = resolve_host,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """Bind what may be reached.

        Args:
            hosts: where connections may lead.
            rules: what the addresses of these hosts must be.
            resolve: gives the addresses.
            max_bytes: how much may go through, both ways together.
        """
        self._hosts = tuple(hosts)
        self._rules = rules
        self._resolve = resolve
        self._lookups = asyncio.Semaphore(_LOOKUPS_AT_ONCE)
        self._max_bytes = max_bytes
        self._allowance = Allowance(max_bytes)
        self._refused: dict[str, None] = {}

    @property
    def refused(self) -> tuple[str, ...]:
        """What was refused and why, one line each, none twice; the first twenty."""
        return tuple(self._refused)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end, and close it."""
        import h11

        try:
            async with ending(writer):
                await self._serve((reader, writer), h11.Connection(h11.SERVER, _MAX_HEAD_BYTES))
        except AllowanceSpent:
            self._note(f"the network after {self._max_bytes} bytes, the most for one command")
        except PartsTooSmall as error:
            self._note(f"a connection whose parts are too small: {error}")
        except AddressRefused as error:
            self._note(str(error))  # too late for an answer that the client would understand
        except (OSError, EOFError, h11.ProtocolError):
            return  # a connection that breaks is the client's to report

    async def _serve(self, client: Connection, protocol: "h11.Connection") -> None:
        """Read a request, and do what it asks for if that is open."""
        import h11

        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await _head(client[0], protocol)
        except h11.RemoteProtocolError as error:
            await _answer(client[1], 400, f"no request that a proxy understands: {error}")
            return
        try:
            request = ProxyRequest.read(head)
            remote = await _connected(await self._addresses(request), request.url.port)
        except AddressRefused as error:
            self._note(str(error))
            await _answer(client[1], 403, str(error))
            return
        except OSError as error:
            await _answer(client[1], 502, f"the host was not reached: {error}")
            return
        async with ending(remote[1]):
            if request.is_tunnel:
                await self._tunnel(client, remote, protocol, request)
            else:
                await self._exchange(client, remote, protocol, request)

    async def _addresses(self, request: ProxyRequest) -> list[Address]:
        """The addresses of the host, once it is on the list: other names are not even looked up.

        Raises ``AddressRefused``: it is not, or one of its addresses must not be connected to.
        """
        host = request.url.host
        if not is_allowed(request.url, self._hosts):
            raise AddressRefused(f"{request.place} is not in sandbox.allowed_hosts")
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await self._looked_up(host)
        except AddressRefused as error:
            raise AddressRefused(f"{request.place}: {error}") from None

    async def _looked_up(self, host: str) -> list[Address]:
        """The addresses of a host. A lookup that nobody waits for any more keeps its place.

        Its thread goes on, and a client that leaves could otherwise start as many as it likes.
        """
        await self._lookups.acquire()
        looking = asyncio.create_task(checked_addresses(host, self._rules, resolve=self._resolve))
        looking.add_done_callback(self._end_lookup)
        return await asyncio.shield(looking)

    def _end_lookup(self, looking: "asyncio.Task[list[Address]]") -> None:
        """Leave the place of a lookup to the next one."""
        self._lookups.release()
        if not looking.cancelled():
            looking.exception()  # somebody may have stopped waiting for it

    async def _tunnel(
        self,
        client: Connection,
        remote: Connection,
        protocol: "h11.Connection",
        request: ProxyRequest,
    ) -> None:
        """Carry bytes both ways, once the client has begun TLS with the host that it asked for.

        Raises ``AddressRefused``: it began something else.
        """
        client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        early, _ = protocol.trailing_data
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                hello = await read_hello(client[0], early, request.url.host)
        except TimeoutError:
            raise AddressRefused(f"{request.place}: no TLS was begun in the tunnel") from None
        except AddressRefused as error:
            raise AddressRefused(f"{request.place}: {error}") from None
        self._allowance.take(len(hello))
        remote[1].write(hello)
        await join(client, remote, self._allowance)

    async def _exchange(
        self,
        client: Connection,
        remote: Connection,
        protocol: "h11.Connection",
        request: ProxyRequest,
    ) -> None:
        """Send one request and give back the answer to it, which may come before all is sent."""
        import h11

        onward = h11.Connection(h11.CLIENT, _MAX_HEAD_BYTES)
        remote[1].write(onward.send(request.forwarded()) or b"")
        if protocol.they_are_waiting_for_100_continue:
            client[1].write(b"HTTP/1.1 100 Continue\r\n\r\n")
        sending = asyncio.create_task(self._send_body(client[0], remote[1], protocol, onward))
        answering = asyncio.create_task(self._give_back(remote[0], client[1], onward))
        try:
            done, _ = await asyncio.wait({sending, answering}, return_when=asyncio.FIRST_COMPLETED)
            if answering not in done:
                sending.result()  # what is wrong with the request ends the exchange
            await answering
        finally:
            for way in (sending, answering):
                way.cancel()
            await asyncio.gather(sending, answering, return_exceptions=True)

    async def _send_body(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        protocol: "h11.Connection",
        onward: "h11.Connection",
    ) -> None:
        """Write the body anew, so that the request has one end for everybody."""
        import h11

        pace = Pace()
        while isinstance(event := await _next_event(reader, protocol), h11.Data):
            self._allowance.take(len(event.data))
            await pace.take(len(event.data))
            writer.write(onward.send(h11.Data(data=event.data)) or b"")
            await writer.drain()
        if isinstance(event, h11.EndOfMessage):
            writer.write(onward.send(h11.EndOfMessage()) or b"")
            await writer.drain()

    async def _give_back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, onward: "h11.Connection"
    ) -> None:
        """Carry the answer as it comes, up to its end."""
        import h11

        pace = Pace()
        while True:
            chunk = await reader.read(_CHUNK_BYTES)
            self._allowance.take(len(chunk))
            writer.write(chunk)
            await writer.drain()
            onward.receive_data(chunk)
            while (event := onward.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
                if isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                    return
                await pace.take(len(event.data) if isinstance(event, h11.Data) else 0)

    def _note(self, refusal: str) -> None:
        """Keep a refusal for whoever asks afterwards."""
        if refusal not in self._refused and len(self._refused) < _MOST_NOTED:
            self._refused[refusal] = None
            _log.info("refused a command: %s", refusal)


async def _head(reader: asyncio.StreamReader, protocol: "h11.Connection") -> "h11.Request":
    """The head of the request."""
    import h11

    event = await _next_event(reader, protocol)
    if isinstance(event, h11.Request):
        return event
    raise EOFError("nothing was asked")


async def _next_event(reader: asyncio.StreamReader, protocol: "h11.Connection") -> object:
    """The next part of the request."""
    import h11

    while (event := protocol.next_event()) is h11.NEED_DATA:
        protocol.receive_data(await reader.read(_CHUNK_BYTES))
    return event


async def _connected(addresses: Sequence[Address], port: int) -> Connection:
    """A connection to the first address that answers. Raises ``OSError`` when none does."""
    failure = OSError("no address")
    for address in addresses:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await asyncio.open_connection(str(address), port)
        except OSError as error:  # TimeoutError is one
            failure = error
    raise failure


async def _answer(writer: asyncio.StreamWriter, status: int, reason: str) -> None:
    """Say no, with the reason where clients show it."""
    said = sanitize_line(reason)[:_MAX_REASON].encode("ascii", "replace").decode()
    writer.write(
        f"HTTP/1.1 {status} {said}\r\nContent-Type: text/plain\r\nConnection: close\r\n"
        f"Content-Length: {len(said) + 1}\r\n\r\n{said}\n".encode()
    )
    await writer.drain()
