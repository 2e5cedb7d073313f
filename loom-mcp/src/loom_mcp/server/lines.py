"""The lines of standard input, read by a thread that nobody has to wait for."""

import asyncio
import os
import threading
from typing import Self

from loom_mcp.server.leaving import Leaving

MAX_LINE_BYTES = 4 * 1024 * 1024
"""A longer line is no message: it is cut, so that it is refused as garbage."""
_WAITING_LINES = 64


class Lines:
    """Lines as they come, as ``stdio_server`` takes them.

    A thread of the pool cannot be given up while it reads, so that a polite kill would have to wait for
    the client. This one is a daemon: it ends with the process.
    """

    def __init__(self, leaving: Leaving) -> None:
        """Take over standard input, which is empty for everything else from now on."""
        self._leaving = leaving
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._room = threading.Semaphore(_WAITING_LINES)
        private = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        threading.Thread(target=self._read, args=(private,), name="stdin", daemon=True).start()

    def __aiter__(self) -> Self:
        """The lines."""
        return self

    async def __anext__(self) -> str:
        """The next line; at the end the client is gone."""
        line = await self._queue.get()
        self._room.release()
        if line is None:
            self._leaving.set()
            raise StopAsyncIteration
        return line

    def _read(self, private: int) -> None:
        """Read until the client is gone; no further ahead than some lines."""
        with os.fdopen(private, "rb") as source:
            while True:
                try:
                    data = source.readline(MAX_LINE_BYTES)
                except OSError:
                    data = b""
                self._room.acquire()
                if self._loop.is_closed():
                    return
                line = data.decode("utf-8", errors="replace") if data else None
                self._loop.call_soon_threadsafe(self._queue.put_nowait, line)
                if line is None:
                    return
