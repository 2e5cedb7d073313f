"""One message to one address that was checked: no redirect is followed, and the answer's body is not read."""

import asyncio
import ssl
from collections.abc import Mapping

import h11

from loom_core.network.resolving import checked_addresses
from loom_core.network.rules import Address, AddressRules
from loom_core.network.web_url import WebUrl

SECONDS = 20.0
"""How long an attempt may take."""
_READ_BYTES = 16 * 1024


async def post(url: WebUrl, rules: AddressRules, body: bytes, headers: Mapping[str, str]) -> int:
    """The status that the other side answered with.

    Raises:
        AddressRefused: its addresses must not be reached.
        OSError: it cannot be reached, or gave no answer in time.
    """
    try:
        async with asyncio.timeout(SECONDS):
            addresses = await checked_addresses(url.host, rules)
            return await _exchange(url, addresses[0], body, headers)
    except h11.RemoteProtocolError as error:
        raise OSError(f"what it answered is no HTTP: {error}") from error
    except TimeoutError as error:
        raise OSError(f"no answer within {SECONDS:.0f} s") from error


async def _exchange(url: WebUrl, address: Address, body: bytes, headers: Mapping[str, str]) -> int:
    """Connect to the address under the host's name, send, and read the status."""
    tls = ssl.create_default_context() if url.scheme == "https" else None
    name = url.host if tls else None
    reader, writer = await asyncio.open_connection(
        str(address), url.port, ssl=tls, server_hostname=name, limit=_READ_BYTES
    )
    try:
        writer.write(_request(url, body, headers))
        await writer.drain()
        return await _status(reader)
    finally:
        writer.transport.abort()


def _request(url: WebUrl, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The whole request as it goes over the wire."""
    wire = h11.Connection(h11.CLIENT)
    given = {
        "host": url.authority,
        "content-type": "application/json",
        "content-length": str(len(body)),
        "user-agent": "loom",
        "connection": "close",
        **headers,
    }
    head = h11.Request(method="POST", target=url.target, headers=list(given.items()))
    parts = [wire.send(head), wire.send(h11.Data(body)), wire.send(h11.EndOfMessage())]
    return b"".join(part for part in parts if part)


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of the answer; informational ones are skipped."""
    wire = h11.Connection(h11.CLIENT)
    wire.send(h11.Request(method="POST", target="/", headers=[("host", "x")]))
    wire.send(h11.EndOfMessage())
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            wire.receive_data(await reader.read(_READ_BYTES))
        elif isinstance(event, h11.Response):
            return event.status_code
        elif not isinstance(event, h11.InformationalResponse):
            raise OSError("it closed the connection without an answer")
