"""A check that a local server answers."""

import asyncio
import contextlib
import http.client
import socket
import time

from loom_core.contracts.check import Check, CheckContext
from loom_core.errors import AddressRefused
from loom_core.network import LOOPBACK_ONLY, Address, WebUrl, checked_addresses
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, quote_seen, unverified
from loom_verifiers.checks.text_match import contains_text

HTTP_TIMEOUT_SECONDS = 10.0
MAX_BODY_BYTES = 256 * 1024

_CHUNK_BYTES = 16 * 1024
_OK = range(200, 300)


class HttpOk(Check):
    """Passes when a server on this machine answers a GET with a 2xx status."""

    name = "http_ok"
    purpose = "target: a http:// URL on 127.0.0.1 that must answer; expected: text in the answer"
    demand = "{target} answers"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Ask once; redirects are not followed, and no other machine is ever asked."""
        label = f"{self.name} {target}"
        try:
            url = _plain_url(target)
            addresses = await checked_addresses(url.host, LOOPBACK_ONLY, resolve=_nobody_resolves)
        except AddressRefused as error:
            return unverified(label, f"was not asked: {error}")
        try:
            status, body = await _first_answer(url, addresses)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            return failed(label, f"expected an answer, and there was none: {reason}")
        if status not in _OK:
            return failed(label, f"expected a 2xx status, got {status} with {quote_seen(body)}")
        if expected.strip() and not contains_text(body, expected):
            return failed(label, f'expected "{expected}" in the answer, got {quote_seen(body)}')
        return passed(label, f"status {status}")


def _plain_url(target: str) -> WebUrl:
    """The URL, without TLS, which servers that a task starts do not speak."""
    url = WebUrl.parse(target)
    if url.scheme != "http":
        raise AddressRefused("only http:// URLs are")
    return url


async def _nobody_resolves(host: str) -> list[str]:
    """Names other than localhost are not looked up: whoever controls the resolver would decide."""
    raise AddressRefused(f"{host} is a name; only this machine (127.0.0.1 or localhost) is")


async def _first_answer(url: WebUrl, addresses: list[Address]) -> tuple[int, str]:
    """Status and the beginning of the body, from the first address where a server listens."""
    for address in addresses[:-1]:
        with contextlib.suppress(ConnectionRefusedError):
            return await _get(url, address)
    return await _get(url, addresses[-1])


async def _get(url: WebUrl, address: Address) -> tuple[int, str]:
    """Ask one address, within the time limit however slowly it answers."""
    connection = http.client.HTTPConnection(str(address), url.port, timeout=HTTP_TIMEOUT_SECONDS)
    try:
        async with asyncio.timeout(HTTP_TIMEOUT_SECONDS):
            return await asyncio.to_thread(_ask, connection, url)
    except TimeoutError:
        raise TimeoutError(f"it did not end within {HTTP_TIMEOUT_SECONDS:g} s") from None
    finally:
        _cut(connection)


def _ask(connection: http.client.HTTPConnection, url: WebUrl) -> tuple[int, str]:
    """Status and the beginning of the body; blocks until ``_cut`` or the time limit."""
    deadline = time.monotonic() + HTTP_TIMEOUT_SECONDS
    connection.request("GET", url.target, headers={"Host": url.authority})
    body = b""
    with connection.getresponse() as response:
        while len(body) < MAX_BODY_BYTES and time.monotonic() < deadline:
            chunk = response.read1(_CHUNK_BYTES)
            if not chunk:
                break
            body += chunk
        return response.status, body.decode("utf-8", "replace")


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a connection, also under a thread that still waits for the head of an answer."""
    open_socket: socket.socket | None = connection.sock
    if open_socket is not None:
        with contextlib.suppress(OSError):  # the other side has ended it already
            open_socket.shutdown(socket.SHUT_RDWR)
    connection.close()
