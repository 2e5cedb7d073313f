"""Requests to a server with the standard library alone, each in a thread of its own."""

import asyncio
import http.client
import json
import ssl
import threading
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from loom_core.errors import (
    LoomError,
    StoreBusy,
    StoreError,
    TaskIsOver,
    UnknownTask,
    UsageError,
)
from loom_server.client.place import Place

TIMEOUT_SECONDS = 60.0
"""Silence before a server is given up; a stream is kept alive by comments more often than that."""
_MAX_ANSWER_BYTES = 256 * 1024 * 1024
_ERRORS: Mapping[str, type[LoomError]] = {
    "unknown_task": UnknownTask,
    "task_is_over": TaskIsOver,
    "not_now": TaskIsOver,
    "store_busy": StoreBusy,
}
_FIRST_ERROR = 400
_FIRST_SERVER_ERROR = 500
_NO_CONTENT = 204


class Connection:
    """Asks one server."""

    def __init__(self, place: Place, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Ask the server at this place, and wait so long for a sign of it."""
        self._place = place
        self._timeout_seconds = timeout_seconds
        parts = urlsplit(place.url)
        self._host, self._port = parts.hostname or "", parts.port
        self._base = parts.path
        self._is_encrypted = parts.scheme == "https"

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON; empty where there is none.

        Raises:
            LoomError: as the server says; ``UsageError`` when it cannot be reached.
        """
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        return await asyncio.to_thread(self._ask, method, target, body, headers or {})

    async def stream(self, path: str, *, after: int) -> AsyncGenerator[dict[str, Any]]:
        """The data of server-sent events after an id, until the server ends the stream.

        Raises:
            LoomError: as ``ask`` does; ``UsageError`` when the connection breaks.
        """
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[dict[str, Any] | Exception | None] = asyncio.Queue()
        connection = self._connection()

        def read() -> None:
            try:
                for value in self._events(connection, path, after):
                    loop.call_soon_threadsafe(queue.put_nowait, value)
                end: Exception | None = None
            except Exception as error:  # noqa: BLE001 - whatever it is, the reader has to hear of it
                end = error
            finally:
                connection.close()
            if not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, end)

        threading.Thread(target=read, name="loom-stream", daemon=True).start()
        try:
            while (value := await queue.get()) is not None:
                if isinstance(value, Exception):
                    raise self._explained(value)
                yield value
        finally:
            _hang_up(connection)

    def _ask(
        self, method: str, target: str, body: object, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """One request, and its answer."""
        connection = self._connection()
        try:
            response = self._send(connection, method, target, body, headers)
            data = response.read(_MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise self._explained(error) from error
        finally:
            connection.close()
        return _value(response.status, data)

    def _events(
        self, connection: http.client.HTTPConnection, path: str, after: int
    ) -> Iterator[dict[str, Any]]:
        """The data of each event; nothing where the task has ended and all is known."""
        headers = {"Last-Event-ID": str(after)} if after else {}
        response = self._send(connection, "GET", path, None, headers)
        if response.status == _NO_CONTENT:
            return
        if response.status >= _FIRST_ERROR:
            _value(response.status, response.read(_MAX_ANSWER_BYTES))
        for line in response:
            if line.startswith(b"data: "):
                yield json.loads(line[6:])

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        body: object,
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        """The answer to a request, of which only the head is read."""
        content = None if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self._place.token}", **headers}
        if content is not None:
            given["Content-Type"] = "application/json"
        connection.request(method, self._base + target, body=content, headers=given)
        return connection.getresponse()

    def _connection(self) -> http.client.HTTPConnection:
        """A connection, opened by the first request."""
        if not self._is_encrypted:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_seconds)
        context = ssl.create_default_context()
        if self._place.certificate:
            context.load_verify_locations(self._place.certificate)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=self._timeout_seconds, context=context
        )

    def _explained(self, error: Exception) -> LoomError:
        """What the user is told when the server cannot be reached."""
        if isinstance(error, LoomError):
            return error
        return UsageError(f"the server at {self._place.url} does not answer: {error}")


def _value(status: int, data: bytes) -> dict[str, Any]:
    """The JSON of an answer. Raises the ``LoomError`` that an error stands for."""
    try:
        value: object = json.loads(data) if data else {}
    except ValueError as error:
        raise UsageError(f"that is no server of Loom: it answers {status} without JSON") from error
    facts = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if status < _FIRST_ERROR:
        return facts
    detail = str(facts.get("detail", f"the server answers {status}"))
    kind = _ERRORS.get(str(facts.get("error")))
    raise (kind or (UsageError if status < _FIRST_SERVER_ERROR else StoreError))(detail)


def _hang_up(connection: http.client.HTTPConnection) -> None:
    """Close a connection that another thread reads, so that it stops."""
    sock: Any = connection.sock
    if sock is not None:
        try:
            sock.shutdown(2)
        except OSError:
            return
