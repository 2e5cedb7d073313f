"""Uvicorn as Loom runs it: told to stop, it lets go of its streams and leaves the process alive."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from loom_core.settings.shape import ServerSettings

GRACE_SECONDS = 10
"""How long requests may take to end after the server was told to stop."""


class StoppingServer(uvicorn.Server):
    """Serves an application without uvicorn's own logs, without trusting proxies, without web sockets."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, let_go: Callable[[], None]) -> None:
        """Call ``let_go`` when the server is told to stop.

        Args:
            app: an ASGI application.
            settings: with the certificate, if there is one.
            let_go: ends what would go on for ever, such as streams.
        """
        certificate, key = settings.tls_certificate, settings.tls_key
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                lifespan="on",
                timeout_graceful_shutdown=GRACE_SECONDS,
                ssl_certfile=certificate.expanduser() if certificate else None,
                ssl_keyfile=key.expanduser() if key else None,
            )
        )
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
