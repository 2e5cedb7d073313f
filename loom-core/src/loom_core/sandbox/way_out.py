"""The way from a command without a network to the hosts that it may reach."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from loom_core.confinement import listening
from loom_core.network.proxy import Proxy
from loom_core.sandbox.places import places
from loom_core.sandbox.reach import Reach
from loom_core.sandbox.unbroken import unbroken

_AT_ONCE = 32
"""Connections that are served at a time; others wait in the namespace of the command."""
_SEND_BYTES = 64 * 1024
"""What the kernel holds of an answer. A client that reads none could pile that up in closed sockets."""
_RETRY_SECONDS = 0.1
_PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED})
"""What accepting fails of without anything being wrong with the listening socket."""
_HERE = f"http://127.0.0.1:{listening.PORT}"
_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_LOCAL = "localhost,127.0.0.1,::1"

ENVIRONMENT = {
    **{spelling: _HERE for name in _NAMES for spelling in (name, name.lower())},
    **dict.fromkeys(("NO_PROXY", "no_proxy"), _LOCAL),
}
"""What tells programs about the way; servers that a command itself started are not behind it."""

_LISTENING = Path(listening.__file__).read_text("utf-8")
"""Read once, so that it cannot become another program while this process runs."""

_log = logging.getLogger(__name__)


class WayOut:
    """A proxy in this process for one command, for as long as it is entered.

    The command's first program listens in its network namespace and hands the socket out. At the end
    every connection is cut; there is no file and no process that could be left.
    """

    def __init__(self, reach: Reach) -> None:
        """Lead to these hosts."""
        self._proxy = Proxy(reach.hosts, rules=reach.rules, resolve=reach.resolve)
        self._ours, self._theirs = socket.socketpair()
        self._serving: asyncio.Task[None] | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.was_opened = False
        """Whether the command was started at all."""

    @property
    def descriptor(self) -> int:
        """What the command's first program has to inherit."""
        return self._theirs.fileno()

    @property
    def refused(self) -> tuple[str, ...]:
        """What was refused to the command and why."""
        return self._proxy.refused

    def arguments(self, python: str, command: Sequence[str]) -> list[str]:
        """What has to be run in the sandbox for a command."""
        return [python, "-I", "-S", "-c", _LISTENING, str(self.descriptor), *command]

    async def __aenter__(self) -> Self:
        """Wait for the socket in a task of its own."""
        self._ours.settimeout(0)
        self._serving = asyncio.create_task(self._serve())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Cut everything."""
        tasks = [task for task in (self._serving, *self._connections) if task is not None]
        for task in tasks:
            task.cancel()
        try:
            await unbroken(asyncio.gather(*tasks, return_exceptions=True))
        finally:
            self._ours.close()
            self._theirs.close()

    async def _serve(self) -> None:
        """Take the socket, let the command begin, and accept."""
        try:
            await _readable(self._ours)
            with _listening(self._ours) as listener:
                self.was_opened = True
                self._ours.send(b".")
                await self._accept(listener)
        except OSError as error:
            self._ours.close()  # a command that waits for its beginning ends
            _log.warning("the way out of a command is closed: %s", error)

    async def _accept(self, listener: socket.socket) -> None:
        """Serve connections, a bounded number at a time."""
        own, shared = asyncio.Semaphore(_AT_ONCE), places()
        while True:
            await own.acquire()
            await shared.acquire()
            try:
                connection = await _accepted(listener)
            except BaseException:
                shared.release()
                raise
            serving = asyncio.create_task(self._serve_one(connection))
            self._connections.add(serving)
            serving.add_done_callback(partial(self._let_go, connection, (own, shared)))

    def _let_go(
        self,
        connection: socket.socket,
        held: Sequence[asyncio.Semaphore],
        serving: "asyncio.Task[None]",
    ) -> None:
        """Leave the place of a connection to the next one."""
        self._connections.discard(serving)
        for place in held:
            place.release()
        if serving.cancelled():
            connection.close()  # it may have been cut before anybody began to serve it

    async def _serve_one(self, connection: socket.socket) -> None:
        """Serve one connection to its end."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
        await self._proxy.serve(*await asyncio.open_connection(sock=connection))


async def _accepted(listener: socket.socket) -> socket.socket:
    """The next connection, as soon as this process has a descriptor for it."""
    while True:
        try:
            connection, _ = await asyncio.get_running_loop().sock_accept(listener)
        except OSError as error:
            if error.errno not in _PASSING:
                raise
            _log.warning("a connection of a command waits: %s", error)
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            return connection


async def _readable(connection: socket.socket) -> None:
    """Wait until there is something to read."""
    loop = asyncio.get_running_loop()
    is_there = asyncio.Event()
    loop.add_reader(connection, is_there.set)
    try:
        await is_there.wait()
    finally:
        loop.remove_reader(connection)


@contextlib.contextmanager
def _listening(channel: socket.socket) -> Generator[socket.socket]:
    """The socket that came. It was sent by a program that no command can change."""
    _, descriptors, _, _ = socket.recv_fds(channel, 1, 1, socket.MSG_CMSG_CLOEXEC)
    if not descriptors:
        raise OSError("the command handed out no socket")
    with socket.socket(fileno=descriptors[0]) as listener:
        listener.settimeout(0)
        yield listener
