"""The scripted server in a thread of the test, on a free port of loopback."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from loom_core.testing.http_connection import HttpConnection
from loom_core.testing.request_record import RequestLog, RequestRecord
from loom_core.testing.script import Script
from loom_core.testing.scripted_app import ScriptedApp
from loom_core.testing.server_facts import ServerFacts, ServerKind

__all__ = ["RequestRecord", "ScriptedServer", "ServerFacts", "ServerKind", "listen"]

_START_LIMIT_SECONDS = 10.0
_CLOSING_TURNS = 5
"""Turns of the loop from an accepted socket to a closed connection, and one to spare."""


@asynccontextmanager
async def listen(app: ScriptedApp, host: str, port: int) -> AsyncGenerator[int]:
    """Accept connections for the app inside the block; gives the port, a free one for port 0."""
    loop = asyncio.get_running_loop()
    opened: set[HttpConnection] = set()
    server = await loop.create_server(
        lambda: HttpConnection(app.serve, opened), host, port, backlog=512
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await _stop_accepting(server)
        await _close(opened)


async def _stop_accepting(server: asyncio.Server) -> None:
    """Close the server once every connection that it has accepted is set up.

    One that is set up after ``close`` is leaked by asyncio, with a warning from the garbage
    collector in whatever runs then.
    """
    for listening in server.sockets:
        asyncio.get_running_loop().remove_reader(listening.fileno())
    for _ in range(_CLOSING_TURNS):
        await asyncio.sleep(0)
    server.close()


async def _close(opened: set[HttpConnection]) -> None:
    """Close all connections before their loop closes, those being accepted just now too."""
    for _ in range(_CLOSING_TURNS):
        for connection in list(opened):
            connection.abort()
        await asyncio.sleep(0)


class ScriptedServer:
    """A real HTTP server that answers from a script; use it in a ``with`` block.

    It speaks OpenAI (``/v1/chat/completions``), Ollama (``/api/chat``) and Anthropic
    (``/v1/messages``), streamed and whole, and reports token counts with a simulated prompt cache.
    """

    def __init__(
        self,
        script: Script,
        *,
        facts: ServerFacts | None = None,
        log: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """Prepare the server; it listens from ``start`` on.

        Args:
            script: what to answer.
            facts: what the server says of itself; by default a llama-server with one model
                named ``scripted``.
            log: file for one line at the arrival and one at the end of each request.
            host: the address to listen on.
            port: 0 takes a free one.
        """
        self._facts = facts or ServerFacts()
        self._log = log
        self._address = (host, port)
        self._changed = threading.Condition()
        self._app = ScriptedApp(script, self._facts, RequestLog(None), self._note)
        self._script = script
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, without a path."""
        host, port = self._address
        return f"http://{host}:{port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._address[1]

    @property
    def requests(self) -> list[RequestRecord]:
        """Requests to a model so far, in order of arrival."""
        return list(self._app.records)

    @property
    def paths(self) -> list[str]:
        """Every path that was asked for, in order."""
        return list(self._app.paths)

    @property
    def loads(self) -> list[tuple[str, int]]:
        """Each model that was loaded through Ollama's API, with its window, in order."""
        return self._app.loads

    def start(self) -> None:
        """Listen, in a thread of its own. Raises ``OSError`` when the port is taken."""
        self._thread = threading.Thread(target=self._run, name="scripted-server", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_LIMIT_SECONDS):
            raise TimeoutError("the scripted server did not start; is the machine overloaded?")
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(_START_LIMIT_SECONDS)

    def wait_for(
        self, condition: Callable[[list[RequestRecord]], bool], timeout_seconds: float = 5.0
    ) -> bool:
        """Whether the records fulfil a condition within the limit; returns as soon as they do."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self.requests), timeout_seconds)

    def wait_for_requests(self, count: int, timeout_seconds: float = 5.0) -> bool:
        """Whether this many requests have arrived within the limit."""
        return self.wait_for(lambda records: len(records) >= count, timeout_seconds)

    def wait_for_cancelled(self, count: int = 1, timeout_seconds: float = 5.0) -> bool:
        """Whether the clients of this many requests have left early within the limit."""
        return self.wait_for(
            lambda records: sum(record.cancelled for record in records) >= count, timeout_seconds
        )

    def _note(self, _record: RequestRecord) -> None:
        """Wake whoever waits for records."""
        with self._changed:
            self._changed.notify_all()

    def _run(self) -> None:
        """Be the server's thread."""
        try:
            if self._log is None:
                asyncio.run(self._serve(None))
            else:
                with self._log.open("a", encoding="utf-8") as file:
                    asyncio.run(self._serve(file))
        except OSError as error:
            if self._ready.is_set():
                raise
            self._failure = error
            self._ready.set()

    async def _serve(self, file: IO[str] | None) -> None:
        """Listen until ``stop``."""
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._app = ScriptedApp(self._script, self._facts, RequestLog(file), self._note)
        async with listen(self._app, *self._address) as port:
            self._address = (self._address[0], port)
            self._ready.set()
            await self._stop.wait()
