"""The connection to one Ollama. Importing this module imports httpx, so it is done late."""

import asyncio
import json
from typing import Any

import httpx

from loom_core.errors import (
    ModelError,
    ModelNotFound,
    ModelNotLoaded,
    ModelUnreachable,
    RequestRejected,
)
from loom_core.settings.shape import ModelSettings
from loom_core.wire import Patience, Refusal, ServerAddress, error_for, key_for

NETWORK_ERRORS: tuple[type[Exception], ...] = (httpx.HTTPError, OSError)
"""What a refused or broken connection raises."""

_OK = 200
_PAGE_TIMEOUT_SECONDS = 10.0
_KEEP_ALIVE_SECONDS = 60.0


class HttpClient:
    """Requests to one origin; redirects are not followed, so a key goes nowhere else."""

    def __init__(self, address: ServerAddress, settings: ModelSettings) -> None:
        """Connect at the first request."""
        self._address = address
        self._model = settings.model
        self._key = key_for(address, settings)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        self._client = httpx.AsyncClient(
            base_url=address.url,
            headers=headers,
            timeout=httpx.Timeout(None, connect=settings.connect_timeout_seconds),
            limits=httpx.Limits(
                max_connections=None,
                max_keepalive_connections=None,
                keepalive_expiry=_KEEP_ALIVE_SECONDS,
            ),
            # Reading the certificates takes 0.2 s, and plain HTTP has none.
            verify=address.scheme == "https",
            trust_env=not address.is_loopback,  # a proxy never sees what stays on this machine
        )

    async def post(self, path: str, body: bytes, patience: Patience) -> httpx.Response:
        """The accepted response to a POST; closing it before its end tells Ollama to stop.

        Raises the typed error for whatever is not HTTP 200.
        """
        response = await self._send(path, body, patience)
        if response.status_code == _OK:
            return response
        try:
            raise await self._refused(response)
        finally:
            await response.aclose()

    async def get(self, path: str) -> Any:
        """A JSON page; None when there is none. Raises ``ModelUnreachable``."""
        return await self._page("GET", path, None)

    async def ask(self, path: str, body: dict[str, str]) -> Any:
        """The JSON answer to a short POST; None when it is refused. Raises ``ModelUnreachable``."""
        return await self._page("POST", path, body)

    async def load(self, model: str, num_ctx: int, keep_alive: str, limit_seconds: float) -> None:
        """Have a model loaded with this window. Raises the typed error when it cannot be in time."""
        body = {"model": model, "keep_alive": keep_alive, "options": {"num_ctx": num_ctx}}
        try:
            async with asyncio.timeout(limit_seconds):
                response = await self._client.post("/api/generate", json={**body, "stream": False})
        except TimeoutError as error:
            raise ModelNotLoaded(
                f"Ollama at {self._address.url} did not load {model!r} within {limit_seconds:g} s; "
                "look at its log, or raise load_timeout_seconds of the model"
            ) from error
        except NETWORK_ERRORS as error:
            raise self._unreachable(error) from error
        if response.status_code != _OK:
            raise await self._refused(response)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def error_for(self, refusal: Refusal) -> ModelError:
        """The typed error for what Ollama said, with the fix that its users know."""
        error = error_for(refusal, model=self._model, where=self._address.url, secret=self._key)
        if isinstance(error, ModelNotFound):
            return ModelNotFound(
                f"Ollama at {self._address.url} does not have {self._model!r}; "
                f"fetch it with `ollama pull {self._model}`"
            )
        return error

    async def _send(
        self, path: str, body: bytes, patience: Patience, *, is_retry: bool = False
    ) -> httpx.Response:
        """Send a POST and wait for the head of its response."""
        request = self._client.build_request("POST", path, content=body)
        try:
            async with asyncio.timeout(patience.remaining_seconds()):
                return await self._client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            # A kept connection may have been closed by the server before this request used it.
            if is_retry:
                raise self._unreachable(error) from error
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        except TimeoutError as error:
            raise patience.expired(self._address.url) from error
        except OSError as error:
            raise self._unreachable(error) from error
        return await self._send(path, body, patience, is_retry=True)

    async def _page(self, method: str, path: str, body: dict[str, str] | None) -> Any:
        """A JSON page, or None."""
        try:
            async with asyncio.timeout(_PAGE_TIMEOUT_SECONDS):
                response = await self._client.request(method, path, json=body)
        except NETWORK_ERRORS as error:
            raise self._unreachable(error) from error
        if response.status_code in {401, 403}:
            raise self.error_for(Refusal(response.status_code, response.text))
        if response.status_code != _OK:
            return None
        try:
            return json.loads(response.content)
        except ValueError:
            return None

    async def _refused(self, response: httpx.Response) -> ModelError:
        """The typed error for a response that is not OK."""
        if response.is_redirect:
            return RequestRejected(
                f"{self._address.url} redirects elsewhere (HTTP {response.status_code}), which is "
                "not followed so that a key stays here; set base_url to the final address"
            )
        try:
            async with asyncio.timeout(_PAGE_TIMEOUT_SECONDS):
                body = await response.aread()
        except NETWORK_ERRORS:
            body = b""  # the status says enough
        headers = dict(response.headers)
        refusal = Refusal(response.status_code, body.decode("utf-8", "replace"), headers)
        return self.error_for(refusal)

    def _unreachable(self, error: Exception) -> ModelUnreachable:
        """The error for a server that does not answer."""
        reason = str(error).replace(self._key, "[key]") if self._key else str(error)
        return ModelUnreachable(
            f"no Ollama answers at {self._address.url} ({reason or type(error).__name__}); "
            "start it with `ollama serve`, or correct base_url of the model"
        )
