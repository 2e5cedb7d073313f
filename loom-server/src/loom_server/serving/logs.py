"""A line in the log for every request."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("loom_server.requests")


class RequestLog:
    """Logs every request once it is answered; what was asked, never with what secret."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through and log it."""
        if scope["type"] != "http" or not _log.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        status = 0
        begun = time.monotonic()

        async def send_seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_seen)
        finally:
            facts = {
                "method": scope["method"],
                "path": scope["path"],  # without the query, which may hold a code
                "status": status,
                "milliseconds": round(1000 * (time.monotonic() - begun), 1),
            }
            _log.info("request", extra=facts)
