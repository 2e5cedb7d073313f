"""The connection to one server. Importing this module imports aiohttp, so it is done late.

aiohttp adds 0.5 ms to a call where httpx adds 1.8 (benchmarks), which is why it is here.
"""

import asyncio
import errno
import json
import os
from typing import Any

import aiohttp

from loom_core.errors import ModelError, ModelUnreachable, RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.wire import Patience, Refusal, ServerAddress, error_for

NETWORK_ERRORS: tuple[type[Exception], ...] = (aiohttp.ClientError, OSError)
"""What a refused or broken connection raises; a timeout is one of them."""

_OK = 200
_REDIRECTS = range(300, 400)
_MAX_ERROR_BYTES = 64 * 1024
_PAGE_TIMEOUT_SECONDS = 10.0
_KEEP_ALIVE_SECONDS = 60.0


class HttpClient:
    """Requests to one origin; redirects are not followed, so the key goes nowhere else."""

    def __init__(self, address: ServerAddress, key: str, settings: ModelSettings) -> None:
        """Connect at the first request; needs a running event loop."""
        self._address = address
        self._key = key
        self._model = settings.model
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        connect = aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_timeout_seconds)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS),
            timeout=connect,
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=not address.is_loopback,  # a proxy never sees what stays on this machine
        )

    async def post(self, path: str, body: bytes, patience: Patience) -> aiohttp.ClientResponse:
        """The accepted response to a POST; closing it before its end tells the server to stop.

        Raises the typed error for whatever is not HTTP 200.
        """
        response = await self._send(path, body, patience)
        if response.status == _OK:
            return response
        try:
            raise await self._refused(response)
        finally:
            response.close()

    async def get(self, url: str) -> Any:
        """The JSON page at an address of this origin; None when there is none.

        Raises ``ModelUnreachable`` when nothing answers and ``ModelUnauthorized`` for a bad key.
        """
        try:
            async with (
                asyncio.timeout(_PAGE_TIMEOUT_SECONDS),
                self._session.get(url, allow_redirects=False) as response,
            ):
                if response.status in {401, 403}:
                    raise await self._refused(response)
                return _parsed(await response.read()) if response.status == _OK else None
        except NETWORK_ERRORS as error:
            raise self._unreachable(error) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    def error_for(self, refusal: Refusal) -> ModelError:
        """The typed error for what the server said."""
        return error_for(refusal, model=self._model, where=self._address.url, secret=self._key)

    async def _send(
        self, path: str, body: bytes, patience: Patience, *, is_retry: bool = False
    ) -> aiohttp.ClientResponse:
        """Send a POST and wait for the head of its response."""
        try:
            async with asyncio.timeout(patience.remaining_seconds()):
                return await self._session.post(
                    self._address.url + path, data=body, allow_redirects=False
                )
        except aiohttp.ServerTimeoutError as error:  # not accepted in time; before TimeoutError
            raise self._unreachable(error) from error
        except TimeoutError as error:
            raise patience.expired(self._address.url) from error
        except NETWORK_ERRORS as error:
            if is_retry or not _was_dead(error):
                raise self._unreachable(error) from error
        return await self._send(path, body, patience, is_retry=True)

    async def _refused(self, response: aiohttp.ClientResponse) -> ModelError:
        """The typed error for a response that is not OK."""
        if response.status in _REDIRECTS:
            return RequestRejected(
                f"{self._address.url} redirects elsewhere (HTTP {response.status}), which is not "
                "followed so that the key stays here; set base_url to the final address"
            )
        try:
            async with asyncio.timeout(_PAGE_TIMEOUT_SECONDS):
                body = await response.content.read(_MAX_ERROR_BYTES)
        except NETWORK_ERRORS:
            body = b""  # the status says enough
        headers = {name.lower(): value for name, value in response.headers.items()}
        return self.error_for(Refusal(response.status, body.decode("utf-8", "replace"), headers))

    def _unreachable(self, error: Exception) -> ModelUnreachable:
        """The error for a server that does not answer."""
        reason = _reason(error)
        if self._key:
            reason = reason.replace(self._key, "[key]")
        return ModelUnreachable(
            f"no model server answers at {self._address.url} "
            f"({reason}); start it, or correct base_url of the model"
        )


def _reason(error: Exception) -> str:
    """Why a connection failed, in the words of the system rather than of the library."""
    if isinstance(error, OSError) and not isinstance(error, aiohttp.ClientSSLError):
        number, text = error.errno, error.strerror
        if number is not None and number > 0:
            return os.strerror(number).lower()
        if text:  # of name resolution, whose numbers are negative
            return text.lower()
    return str(error) or type(error).__name__


def _was_dead(error: Exception) -> bool:
    """Whether a kept connection had been closed by the server before this request used it."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return True
    return isinstance(error, OSError) and error.errno in {errno.ECONNRESET, errno.EPIPE}


def _parsed(body: bytes) -> Any:
    """A page as JSON; None when it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None
