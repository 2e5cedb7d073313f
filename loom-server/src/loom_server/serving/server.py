"""The server as a process: uvicorn over the application, stopped in good order."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from loom_core.app import Loom
from loom_core.desk.announcement import Announcement, database_name, loom_version
from loom_core.engine.owner import new_owner
from loom_core.settings.shape import Settings
from loom_server.app import create_app, guarded
from loom_server.guard.middleware import OPEN_PATH
from loom_server.guard.secrets import Admission, provide_token
from loom_server.service import Service
from loom_server.serving.address import Address
from loom_server.serving.announcement import announce, withdraw
from loom_server.serving.logs import RequestLog
from loom_server.serving.stopping_server import StoppingServer

BuildLoom = Callable[[], Loom]
"""Makes the engine, on the server's event loop."""
Greet = Callable[[str], None]
"""Is told the link for a browser once the server runs."""


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
        self._uvicorn = StoppingServer(RequestLog(before), settings.server, self._let_go)

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
        return Announcement(
            self._address.url,
            new_owner(),
            database_name(self._settings.memory),
            str(self._settings.server.tls_certificate or ""),
            loom_version(),
        )

    def _let_go(self) -> None:
        """End the streams, so that their connections can end."""
        if self._service is not None and self._closing is None:
            self._closing = asyncio.ensure_future(self._service.hub.close())
