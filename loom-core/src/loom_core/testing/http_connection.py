"""One HTTP/1.1 connection of the scripted server: requests in, whole or chunked answers out.

Only what a test server needs: keep-alive, bodies with a length, chunked answers, one ``write`` for
each piece, and notice at once when the client leaves.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import JsonValue

_HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, read to its end."""

    method: str
    path: str
    """Without the query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> JsonValue:
        """The body as JSON; None when it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


Serve = Callable[[HttpRequest, "HttpAnswer"], Awaitable[None]]


class HttpAnswer:
    """Where the answer to one request goes."""

    def __init__(self, transport: asyncio.Transport, flow: asyncio.Event) -> None:
        """Write to the transport of the request's connection; ``flow`` is set while it takes more."""
        self._transport = transport
        self._flow = flow
        self._head = b""
        self.status = 0
        """The HTTP status that was sent; 0 before that."""

    def whole(
        self, status: int, value: JsonValue, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a JSON answer."""
        self.raw(status, json.dumps(value, ensure_ascii=False).encode(), headers)

    def raw(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send a body as it is, labelled JSON."""
        extra = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self.status = status
        self._transport.write(_head(status, extra | dict(headers or {})) + body)

    def start(self, content_type: str) -> None:
        """Begin a chunked answer; the head leaves with the first piece, or by ``flush``."""
        self.status = HTTPStatus.OK
        headers = {"Content-Type": content_type, "Transfer-Encoding": "chunked"}
        self._head = _head(self.status, headers)

    def flush(self) -> None:
        """Send the head now, before any piece."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""

    def piece(self, data: bytes) -> None:
        """Send one piece of a chunked answer, in one write."""
        head, self._head = self._head, b""
        self._transport.write(b"%b%x\r\n%b\r\n" % (head, len(data), data))

    def end(self) -> None:
        """End a chunked answer."""
        self._transport.write(self._head + b"0\r\n\r\n")
        self._head = b""

    def drop(self) -> None:
        """Close the connection without ending the answer; what was written still arrives."""
        self._transport.close()

    async def drain(self) -> None:
        """Wait until the client has read most of what was written."""
        await self._flow.wait()


class HttpConnection(asyncio.Protocol):
    """Reads requests of one connection and has them served one after the other."""

    def __init__(self, serve: Serve, opened: set["HttpConnection"]) -> None:
        """Hand each request to ``serve``; it is cancelled when the client leaves.

        The connection is in ``opened`` while it is open.
        """
        self._serve = serve
        self._opened = opened
        self._flow = asyncio.Event()
        self._flow.set()
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._serving: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(f"the scripted server needs a TCP transport, not {transport!r}")
        self._transport = transport
        self._opened.add(self)

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        """Hold an endless answer back: the client reads too slowly."""
        self._flow.clear()

    def resume_writing(self) -> None:
        """Go on with an endless answer."""
        self._flow.set()

    def data_received(self, data: bytes) -> None:
        """Collect bytes until a request is complete."""
        self._buffer += data
        self._advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop serving: the client has left."""
        self._transport = None
        self._opened.discard(self)
        if self._serving is not None:
            self._serving.cancel()

    def _advance(self) -> None:
        """Serve the next request if it is complete and none is being served."""
        if self._transport is None or self._serving is not None:
            return
        request = _take_request(self._buffer)
        if request is None:
            return
        self._serving = asyncio.ensure_future(
            self._serve(request, HttpAnswer(self._transport, self._flow))
        )
        self._serving.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        """Go on with the next request; a failure closes the connection and is reported."""
        self._serving = None
        if not task.cancelled() and (error := task.exception()) is not None:
            context = {"message": "the scripted server failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)
            if self._transport is not None:
                self._transport.close()
        self._advance()


def _take_request(buffer: bytearray) -> HttpRequest | None:
    """Remove one complete request from the buffer; None when it is not complete yet."""
    end = buffer.find(_HEAD_END)
    if end < 0:
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    body_start = end + len(_HEAD_END)
    body_end = body_start + int(headers.get("content-length", "0"))
    if len(buffer) < body_end:
        return None
    method, target, _ = first.split(" ", 2)
    body = bytes(buffer[body_start:body_end])
    del buffer[:body_end]
    return HttpRequest(method, target.partition("?")[0], headers, body)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status line and headers."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{key}: {value}" for key, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
