"""A right answer, and the stage on which a fault plays it to the client."""

import asyncio
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from loom_core.testing.http_connection import HttpAnswer


@dataclass
class Tape:
    """A right answer as it would have gone out: what `HttpAnswer` was told, instead of a socket."""

    api: str
    content_type: str = "application/json"
    status: int = 0
    frames: list[bytes] = field(default_factory=list)
    body: bytes = b""

    def start(self, content_type: str) -> None:
        self.status, self.content_type = 200, content_type

    def piece(self, data: bytes) -> None:
        self.frames.append(data)

    def whole(self, status: int, value: Any, headers: Any = None) -> None:
        self.raw(status, json.dumps(value).encode(), headers)

    def raw(self, status: int, body: bytes, headers: Any = None) -> None:
        self.status, self.body = status, body

    def end(self) -> None:
        """Nothing follows."""

    def flush(self) -> None:
        """Nothing was held back."""

    async def drain(self) -> None:
        """Nobody is slow."""

    @property
    def is_sse(self) -> bool:
        return self.api != "ollama"

    def edited(self, edit: Callable[[dict[str, Any]], Any]) -> list[bytes]:
        """The frames with every JSON object in them changed; None leaves it out."""
        return [frame for old in self.frames if (frame := self._edited(old, edit))]

    def _edited(self, frame: bytes, edit: Callable[[dict[str, Any]], Any]) -> bytes:
        lines = []
        for line in frame.split(b"\n"):
            prefix = b"data: " if line.startswith(b"data: {") else b""
            if not line.removeprefix(prefix).startswith(b"{"):
                lines.append(line)
                continue
            changed = edit(json.loads(line.removeprefix(prefix)))
            if changed is None:
                return b""
            lines.append(prefix + json.dumps(changed, ensure_ascii=False).encode())
        return b"\n".join(lines)


class Stage:
    """The way out: what really goes over the socket."""

    def __init__(self, out: HttpAnswer, tape: Tape) -> None:
        self._out = out
        self._tape = tape

    def head(self, *, status: str = "200 OK", is_chunked: bool = True, **headers: str) -> None:
        """The head of an answer; underscores in header names become hyphens."""
        sent = {"Content-Type": self._tape.content_type}
        sent |= {"Transfer-Encoding": "chunked"} if is_chunked else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        self.raw(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode())

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._out.status = 200
        self._out._transport.write(data)

    def pieces(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.raw(b"%x\r\n%b\r\n" % (len(piece), piece))

    def end(self) -> None:
        self.raw(b"0\r\n\r\n")

    def answer(self, *pieces: bytes) -> None:
        """A whole stream of these pieces."""
        self.head()
        self.pieces(*pieces)
        self.end()

    def refuse(self, status: int, body: str = "", **headers: str) -> None:
        """An HTTP error."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._out.raw(status, body.encode(), named)

    def gzipped(self, data: bytes) -> None:
        self.head(Content_Encoding="gzip")
        self.pieces(gzip.compress(data))
        self.end()

    def cut(self) -> None:
        self._out.drop()

    async def fall_silent(self) -> None:
        """Until the client leaves."""
        await asyncio.Event().wait()

    async def pour(self, piece: bytes) -> None:
        """The same piece again and again until the client leaves."""
        while True:
            self.pieces(piece)
            await asyncio.sleep(0.002)
            await self._out.drain()
