"""The server as a process: uvicorn over the application, stopped in good order."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn

from loom_core.app import Loom
from loom_core.engine.owner import new_owner
from loom_core.settings.shape import Settings
from loom_server.app import create_app, guarded
from loom_server.guard.middleware import OPEN_PATH
from loom_server.guard.secrets import Admission, provide_token
from loom_server.service import Service
from loom_server.serving.address import Address
from loom_server.serving.announcement import Announcement, announce, withdraw
from loom_server.serving.logs import RequestLog

_GRACE_SECONDS = 10
"""How long requests may take to end after the server was told to stop."""

BuildLoom = Callable[[], Loom]
"""Makes the engine, on the server's event loop."""
Greet = Callable[[str], None]
"""Is told the link for a browser once the server runs."""


class _Uvicorn(uvicorn.Server):
    """Uvicorn that lets go of streams when it is told to stop, and leaves the process alive."""

    def __init__(self, config: uvicorn.Config, let_go: Callable[[], None]) -> None:
        """Call ``let_go`` when the server is told to stop."""
        super().__init__(config)
        self._let_go = let_go

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop at Ctrl-C and at a polite kill; a second one ends the waiting."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def stop(self) -> None:
        """Stop, or stop at once when told again."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._let_go()


class Server:
    """A server that is ready to run."""

    def __init__(
        self,
        settings: Settings,
        address: Address,
        *,
        home: Path,
        build_loom: BuildLoom,
        greet: Greet,
    ) -> None:
        """Serve at an address that listens already.

        Raises:
            OSError: the token cannot be read or written.
        """
        self._settings = settings
        self._address = address
        self._home = home
        self._build_loom = build_loom
        self._greet = greet
        self._service: Service | None = None
        self._closing: asyncio.Task[None] | None = None
        self._admission = Admission(provide_token(home))
        app = create_app(self._open_service, admission=self._admission)
        before = guarded(app, admission=self._admission, origins=address.origins)
        self._uvicorn = _Uvicorn(_config(RequestLog(before), settings), self._let_go)

    async def run(self) -> None:
        """Serve until told to stop; running tasks are parked then, to be resumed.

        Raises:
            LoomError: the engine cannot be built.
        """
        loom = self._build_loom()
        async with loom:
            self._service = Service.over(loom, max_running=self._settings.server.max_running_tasks)
            await self._uvicorn.serve(sockets=[self._address.listener])
        if self._closing is not None:
            await self._closing

    def stop(self) -> None:
        """Stop in good order; told again, at once."""
        self._uvicorn.stop()

    @asynccontextmanager
    async def _open_service(self) -> AsyncGenerator[Service]:
        """The service, while the application is up."""
        assert self._service is not None  # noqa: S101 - run() made it before uvicorn asks for it
        said = self._announcement()
        announce(self._home, said)
        self._greet(f"{self._address.url}{OPEN_PATH}?code={self._admission.new_code()}")
        try:
            yield self._service
        finally:
            withdraw(self._home, said)
            await self._service.close()

    def _announcement(self) -> Announcement:
        """What other processes are told."""
        memory, certificate = self._settings.memory, self._settings.server.tls_certificate
        database = memory.database_url or str(memory.database_path.expanduser())
        return Announcement(self._address.url, new_owner(), database, str(certificate or ""))

    def _let_go(self) -> None:
        """End the streams, so that their connections can end."""
        if self._service is not None and self._closing is None:
            self._closing = asyncio.ensure_future(self._service.hub.close())


def _config(app: RequestLog, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs: without its own logs, without trusting proxies, without web sockets."""
    tls = settings.server
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=tls.tls_certificate.expanduser() if tls.tls_certificate else None,
        ssl_keyfile=tls.tls_key.expanduser() if tls.tls_key else None,
    )
