"""Logs as one JSON object a line, and a line for every request."""

import json
import logging
import sys
import time
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOGGERS = ("loom_core", "loom_server", "uvicorn.error")
_log = logging.getLogger("loom_server.requests")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """A record as JSON, with what was given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        more = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        fields: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **more,
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=True, default=str)


def log_as_json(level: str) -> None:
    """Write what Loom and the server log to stderr, from a level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(level.upper())
        logger.handlers = [handler]
        logger.propagate = False


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
