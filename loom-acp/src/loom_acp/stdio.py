"""Messages over stdin and stdout: one JSON object a line, whatever the other side sends."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from acp import RequestError

MAX_LINE_BYTES = 64 * 1024 * 1024
"""A longer message is refused; pictures fit."""


@dataclass(frozen=True, slots=True)
class Pipes:
    """The two ends that belong to the protocol alone."""

    reading: BinaryIO
    writing: BinaryIO


def take_stdio() -> Pipes:
    """Stdin and stdout for the protocol, out of reach of everybody else in this process.

    What is written to stdout from now on, by whatever library, goes to stderr; children inherit
    neither end.
    """
    sys.stdout.flush()
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return Pipes(os.fdopen(reading, "rb", buffering=0), os.fdopen(writing, "wb", buffering=0))


@dataclass(slots=True)
class LineTransport:
    """A transport of the SDK that answers what is no message, and outlives it.

    The SDK's own one passes over what it cannot parse, and ends at JSON that is no object.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _is_gone: bool = False
    _drained: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, message: dict[str, Any]) -> None:
        """Write one message; in the order of the calls. Nobody being there any more is no error."""
        if self._is_gone:
            return
        try:
            self.writer.write(_line(message))
            async with self._drained:
                await self.writer.drain()
        except ConnectionError:
            self._is_gone = True
            self.reader.feed_eof()

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None when the other side has gone."""
        while not self._is_gone:
            line = await self._read_line()
            if line is None:
                return None
            if not line.strip():
                continue
            message, refusal = parsed(line)
            if message is not None:
                return message
            await self.send(refusal)
        return None

    async def close(self) -> None:
        """Write nothing more."""
        self._is_gone = True
        self.writer.close()

    async def _read_line(self) -> bytes | None:
        """A line without its end, empty when it was refused; None at the end."""
        try:
            return await self.reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            return error.partial or None
        except asyncio.LimitOverrunError as error:
            await self._skip_line(error.consumed)
            await self.send(_refused(None, f"a message may have {MAX_LINE_BYTES:,} bytes at most"))
            return b""

    async def _skip_line(self, consumed: int) -> None:
        """Pass over the rest of a line that is too long."""
        while True:
            await self.reader.readexactly(consumed)
            try:
                await self.reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                consumed = error.consumed
            except asyncio.IncompleteReadError:
                return
            else:
                return


async def transport_over(pipes: Pipes, *, limit: int = MAX_LINE_BYTES) -> LineTransport:
    """A transport over two pipes or sockets. Raises ``ValueError`` for plain files."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=limit)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipes.reading)
    flow = asyncio.StreamReaderProtocol(asyncio.StreamReader())  # its flow control, nothing else
    # typeshed has no common base for the protocols of the two ends
    make = cast("Callable[[], asyncio.Protocol]", lambda: flow)
    transport, _ = await loop.connect_write_pipe(make, pipes.writing)
    return LineTransport(reader, asyncio.StreamWriter(transport, flow, None, loop))


def parsed(line: bytes) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The message that a line holds, or None and the answer that says why it holds none."""
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError) as error:
        return None, _error(None, RequestError.parse_error({"details": str(error)}))
    if not isinstance(found, dict):
        return None, _refused(None, "a message is one JSON object; batches are not taken")
    message = cast("dict[str, Any]", found)
    method, identity = message.get("method"), message.get("id")
    if "method" in message and not isinstance(method, str):
        return None, _refused(identity, "method must be a string")
    if "id" in message and not isinstance(identity, int | str | None):
        return None, _refused(None, "id must be a number or a string")
    if method is None and "id" not in message:
        return None, _refused(None, "a message has a method, an id, or both")
    return message, {}


def _refused(identity: object, details: str) -> dict[str, Any]:
    """The answer to what is JSON and no message."""
    return _error(identity, RequestError.invalid_request({"details": details}))


def _error(identity: object, error: RequestError) -> dict[str, Any]:
    """An error as an answer."""
    return {"jsonrpc": "2.0", "id": identity, "error": error.to_error_obj()}


def _line(message: dict[str, Any]) -> bytes:
    """A message as a line; what JSON does not know is written as its text."""
    return (json.dumps(message, separators=(",", ":"), default=str) + "\n").encode()
