"""A check that a local server answers."""

import asyncio
import http.client
import ipaddress
import time
from urllib.parse import SplitResult, urlsplit

from loom_core.contracts.check import Check, CheckContext
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
        url, problem = _loopback_url(target)
        if url is None:
            return unverified(label, problem)
        try:
            status, body = await asyncio.to_thread(_get, url)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            return failed(label, f"expected an answer, and there was none: {reason}")
        if status not in _OK:
            return failed(label, f"expected a 2xx status, got {status} with {quote_seen(body)}")
        if expected.strip() and not contains_text(body, expected):
            return failed(label, f'expected "{expected}" in the answer, got {quote_seen(body)}')
        return passed(label, f"status {status}")


def _loopback_url(target: str) -> tuple[SplitResult | None, str]:
    """The URL when it surely means this machine, else why not."""
    try:
        url = urlsplit(target)
        port = url.port
    except ValueError as error:
        return None, f"was not asked: {error}"
    if url.scheme != "http" or url.username is not None or port == 0:
        return None, "was not asked: only http:// URLs without a user name are"
    host = url.hostname or ""
    if host == "localhost":
        return url, ""
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    return (url, "") if is_loopback else (None, "was not asked: only this machine (127.0.0.1) is")


def _get(url: SplitResult) -> tuple[int, str]:
    """Status and the beginning of the body; blocks for the time limit at most."""
    deadline = time.monotonic() + HTTP_TIMEOUT_SECONDS
    # A name is resolved by whoever controls the resolver; the address is not.
    host = "127.0.0.1" if url.hostname == "localhost" else url.hostname or ""
    connection = http.client.HTTPConnection(host, url.port or 80, timeout=HTTP_TIMEOUT_SECONDS)
    try:
        query = f"?{url.query}" if url.query else ""
        connection.request("GET", (url.path or "/") + query, headers={"Host": url.netloc})
        response = connection.getresponse()
        body = b""
        while len(body) < MAX_BODY_BYTES and time.monotonic() < deadline:
            chunk = response.read1(_CHUNK_BYTES)
            if not chunk:
                break
            body += chunk
        return response.status, body.decode("utf-8", "replace")
    finally:
        connection.close()
