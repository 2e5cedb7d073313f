"""One GET after another until a page comes: redirects checked, sizes bounded, nothing remembered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, cast

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.network import (
    MAX_REDIRECTS,
    PUBLIC_ONLY,
    AddressRules,
    Resolve,
    WebUrl,
    redirected,
    resolve_host,
)
from loom_core.sanitize import sanitize_line
from loom_tools.web.decompression import SUPPORTED_ENCODINGS, Decompressor

if TYPE_CHECKING:
    import httpcore

PRODUCT_NAME = "Loom"
"""What a site's robots.txt calls us."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONNECT_SECONDS = 10.0
_MAX_PIECES = 50_000
_MAX_REASON = 200
_SILENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Response:
    """What came, as far as it was read."""

    url: WebUrl
    """Where it came from, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case; of several with one name the first."""
    body: bytes = b""
    """Decompressed; empty unless the status is 2xx."""
    is_cut: bool = False
    """Whether there was more than was wanted."""


Check = Callable[[WebUrl], Awaitable[None]]
"""Raises for a URL that must not be requested."""
Admit = Callable[[Response], None]
"""Raises for an answer whose body is not wanted."""


class Fetcher:
    """Reads from the web: no proxy, no cookies, no credentials, and a new connection each time."""

    def __init__(
        self,
        rules: AddressRules = PUBLIC_ONLY,
        *,
        resolve: Resolve = resolve_host,
        dial: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """Bind what may be reached, who is asked for addresses, and what connects to one of them."""
        self._rules = rules
        self._resolve = resolve
        self._dial = dial

    async def get(self, url: WebUrl, *, max_bytes: int, check: Check, admit: Admit) -> Response:
        """The answer at the end of the redirects. The caller limits the time of it all.

        Args:
            url: where to begin.
            max_bytes: how much of a body is read, both as it comes and decompressed.
            check: asked before each request.
            admit: asked about an answer with a body before that is read.

        Raises:
            ToolFailed: no answer, or one that cannot be read.
            AddressRefused: the URL or one that it redirects to must not be reached.
        """
        for _ in range(MAX_REDIRECTS + 1):
            await check(url)
            response = await self._get_once(url, max_bytes=max_bytes, admit=admit)
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or location is None:
                return response
            url = redirected(url, location)
        raise ToolFailed(f"more than {MAX_REDIRECTS} redirects, the last one to {url.text}")

    async def _get_once(self, url: WebUrl, *, max_bytes: int, admit: Admit) -> Response:
        """One request and its answer."""
        async with self._answer(url) as raw:
            response = Response(url, raw.status, _readable(raw.headers))
            if raw.status not in range(200, 300):
                return response
            admit(response)
            body, is_cut = await _read(raw, response.headers, max_bytes)
        return Response(url, response.status, response.headers, body, is_cut)

    @asynccontextmanager
    async def _answer(self, url: WebUrl) -> AsyncGenerator[httpcore.Response]:
        """An answer whose body is not read yet, with the library's errors in our words."""
        import httpcore

        from loom_tools.web.pinned_backend import PinnedBackend

        backend = PinnedBackend(self._rules, self._resolve, self._dial or _dial_by_anyio())
        target = httpcore.URL(
            scheme=url.scheme.encode(),
            host=url.host.encode(),
            port=url.port,
            target=url.target.encode(),
        )
        limits = {"connect": _CONNECT_SECONDS, "read": _SILENCE_SECONDS, "write": _SILENCE_SECONDS}
        # Reading the trusted certificates takes too long for the event loop.
        https = url.scheme == "https"
        context = await asyncio.to_thread(httpcore.default_ssl_context) if https else None
        with _errors_explained(url):
            async with (
                httpcore.AsyncConnectionPool(
                    ssl_context=context, max_keepalive_connections=0, network_backend=backend
                ) as pool,
                pool.stream(
                    "GET", target, headers=_headers(url), extensions={"timeout": limits}
                ) as response,
            ):
                yield response


def _dial_by_anyio() -> httpcore.AsyncNetworkBackend:
    """The library's own way to connect."""
    import httpcore

    # What stands in for the class without anyio, which we depend on, hides its type.
    return cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())


@contextmanager
def _errors_explained(url: WebUrl) -> Generator[None]:
    """Turn the library's errors inside this context into ``ToolFailed``."""
    import httpcore

    try:
        yield
    except socket.gaierror as error:
        raise ToolFailed(f"no host is called {url.host}", ErrorCategory.NOT_FOUND) from error
    except httpcore.TimeoutException as error:
        raise ToolFailed(f"{url.origin} does not answer", ErrorCategory.TIMEOUT) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        reason = sanitize_line(str(error))[:_MAX_REASON] or type(error).__name__
        said = f"{url.origin} gives no usable answer: {reason}"
        raise ToolFailed(said, ErrorCategory.RUNTIME) from error


def _headers(url: WebUrl) -> list[tuple[bytes, bytes]]:
    """What is said of us: the program and its version, nothing of the user or the machine."""
    agent = f"{PRODUCT_NAME}/{version('loom-tools').partition('+')[0]} (automated reader)"
    return [
        (b"Host", url.authority.encode()),
        (b"User-Agent", agent.encode()),
        (b"Accept", b"text/html, text/markdown, application/json, text/*;q=0.9, */*;q=0.1"),
        (b"Accept-Encoding", ", ".join(sorted(SUPPORTED_ENCODINGS)).encode()),
    ]


def _readable(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers as text; of several with one name the first counts."""
    pairs = [
        (name.decode("latin-1").lower(), value.decode("utf-8", "replace"))
        for name, value in headers
    ]
    return dict(reversed(pairs))


async def _read(
    raw: httpcore.Response, headers: Mapping[str, str], max_bytes: int
) -> tuple[bytes, bool]:
    """As much of the body as is wanted, and whether there was more."""
    decompressor = Decompressor(headers.get("content-encoding", ""), max_bytes)
    received = pieces = 0
    chunks: AsyncIterable[bytes] = raw.aiter_stream()
    async for chunk in chunks:
        received += len(chunk)
        pieces += 1
        decompressor.feed(chunk)
        if decompressor.is_full or received > max_bytes or pieces > _MAX_PIECES:
            return decompressor.body(), True
        await asyncio.sleep(0)  # a body in tiny pieces is all there at once, and holds up the loop
    decompressor.finish()
    return decompressor.body(), False
