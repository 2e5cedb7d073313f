"""The connection to one server, by Anthropic's SDK.

Importing this module imports the SDK, which takes seconds, so it is done late. The SDK's own retries,
tracing and credentials are off: retries are the engine's business, and a key goes where it belongs.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anthropic
import httpx2

from loom_core.errors import ModelError, ModelUnreachable, RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.wire import (
    JsonObject,
    Patience,
    Refusal,
    ServerAddress,
    error_for,
    key_for,
    parse_object,
)
from loom_providers_anthropic.credentials import OFFICIAL

NETWORK_ERRORS: tuple[type[Exception], ...] = (httpx2.HTTPError, OSError)
"""What a connection that breaks in the middle of an answer raises."""

_PAGE_TIMEOUT_SECONDS = 10.0
_KEEP_ALIVE_SECONDS = 60.0
_REDIRECTS = range(300, 400)
_DENIED = {401, 403}
_SENT_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "anthropic-version",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)
"""All that the API needs. The SDK adds facts about this machine, and headers from an environment
variable of its own, which may hold a key."""


class Client:
    """Requests to one origin; redirects are not followed, so the key goes nowhere else."""

    def __init__(self, address: ServerAddress, settings: ModelSettings) -> None:
        """Connect at the first request. Raises ``ModelUnauthorized`` when the key cannot be had."""
        self._address = address
        self._model = settings.model
        self._key = key_for(address, settings, OFFICIAL)
        timeout = httpx2.Timeout(None, connect=settings.connect_timeout_seconds)
        self._sdk = anthropic.AsyncAnthropic(
            api_key=self._key
            or "none",  # without one it would look for others; not sent, see below
            base_url=address.url,
            timeout=timeout,
            max_retries=0,
            open_telemetry=False,
            http_client=httpx2.AsyncClient(
                timeout=timeout,
                limits=httpx2.Limits(
                    max_connections=None,
                    max_keepalive_connections=None,
                    keepalive_expiry=_KEEP_ALIVE_SECONDS,
                ),
                # Reading the certificates takes 0.2 s, and plain HTTP has none.
                verify=address.scheme == "https",
                trust_env=not address.is_loopback,  # no proxy sees what stays on this machine
                event_hooks={"request": [self._strip]},
            ),
        )

    @asynccontextmanager
    async def post(self, body: JsonObject, patience: Patience) -> AsyncGenerator[httpx2.Response]:
        """The accepted response to a message; leaving before its end tells the server to stop.

        Raises the typed error for whatever is not HTTP 200.
        """
        async with AsyncExitStack() as stack:
            yield await self._begin(stack, body, patience)

    async def get(self, path: str) -> JsonObject | None:
        """A JSON page; None when there is none. Raises what ``ask`` raises."""
        return await self._page(path, None)

    async def ask(self, path: str, body: JsonObject) -> JsonObject | None:
        """The JSON answer to a short request; None when the server has no such page.

        Raises ``ModelUnreachable`` when nothing answers and ``ModelUnauthorized`` for a bad key.
        """
        return await self._page(path, body)

    async def close(self) -> None:
        """Close all connections."""
        await self._sdk.close()

    def error_for(self, refusal: Refusal) -> ModelError:
        """The typed error for what the server said."""
        return error_for(refusal, model=self._model, where=self._address.url, secret=self._key)

    async def _begin(
        self, stack: AsyncExitStack, body: JsonObject, patience: Patience, *, is_retry: bool = False
    ) -> httpx2.Response:
        """Send a message and wait for the head of its response."""
        create: Any = self._sdk.messages.create  # overloaded by every field of a request
        try:
            async with asyncio.timeout(patience.remaining_seconds()):
                opened = await create(**body, stream=True)
        except TimeoutError as error:
            raise patience.expired(self._address.url) from error
        except anthropic.APIStatusError as error:
            raise self._refused(error) from None  # its text may repeat the key
        except anthropic.APIConnectionError as error:
            # A kept connection may have been closed by the server before this request used it.
            was_dead = isinstance(error.__cause__, httpx2.RemoteProtocolError | httpx2.ReadError)
            if is_retry or not was_dead:
                raise self._unreachable(error) from error
        else:
            stack.push_async_callback(opened.close)
            return opened.response
        return await self._begin(stack, body, patience, is_retry=True)

    async def _page(self, path: str, body: JsonObject | None) -> JsonObject | None:
        """A JSON page, or None."""
        kind = httpx2.Response
        try:
            async with asyncio.timeout(_PAGE_TIMEOUT_SECONDS):
                if body is None:
                    response = await self._sdk.get(path, cast_to=kind)
                else:
                    response = await self._sdk.post(path, body=body, cast_to=kind)
        except anthropic.APIStatusError as error:
            if error.status_code in _DENIED:
                raise self._refused(error) from None  # its text may repeat the key
            return None
        except (anthropic.APIConnectionError, TimeoutError) as error:
            raise self._unreachable(error) from error
        return parse_object(response.content)

    def _refused(self, error: anthropic.APIStatusError) -> ModelError:
        """The typed error for a response that is not OK."""
        if error.status_code in _REDIRECTS:
            return RequestRejected(
                f"{self._address.url} redirects elsewhere (HTTP {error.status_code}), which is not "
                "followed so that the key stays here; set base_url to the final address"
            )
        response = error.response
        headers = {name.lower(): value for name, value in response.headers.items()}
        return self.error_for(Refusal(response.status_code, response.text, headers))

    def _unreachable(self, error: Exception) -> ModelUnreachable:
        """The error for a server that does not answer."""
        cause = error.__cause__ or error
        reason = str(cause) or type(cause).__name__
        if self._key:
            reason = reason.replace(self._key, "[key]")
        return ModelUnreachable(
            f"no model server answers at {self._address.url} ({reason}); start it, or correct "
            "base_url of the model"
        )

    async def _strip(self, request: httpx2.Request) -> None:
        """Leave only what the API needs on a request, and no key where none was given."""
        for name in list(request.headers):
            if name not in _SENT_HEADERS:
                del request.headers[name]
        if not self._key:
            del request.headers["authorization"]
