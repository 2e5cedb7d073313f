"""A server as a child process: started with little, read with limits, and stopped with its children.

The SDK's own transport reads lines of any length into memory; a server that floods would take the engine
with it.
"""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, suppress

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from loom_core.sandbox import Bounds, Launch, ended_within
from loom_mcp.client.limits import MAX_MESSAGE_BYTES, Budget, Flooded

Streams = tuple[
    MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]
]

_GRACE_SECONDS = 2.0
_LOOK_SECONDS = 2.0
"""How often is looked at what it takes of the machine: it may stay for hours."""
_KEPT_ERROR_BYTES = 2_000


class ServerProcess:
    """What is known of a child while it runs and after."""

    def __init__(self, budget: Budget) -> None:
        """Count what comes against a budget."""
        self.budget = budget
        self.problem = ""
        """Why it was given up; empty while nothing is wrong."""
        self._errors: deque[bytes] = deque(maxlen=64)

    @property
    def last_words(self) -> str:
        """The end of what it wrote to stderr."""
        return b"".join(self._errors)[-_KEPT_ERROR_BYTES:].decode("utf-8", errors="replace").strip()

    @asynccontextmanager
    async def connect(
        self, starting: AbstractContextManager[Launch], bounds: Bounds
    ) -> AsyncGenerator[Streams]:
        """Messages from and to the child, which runs while inside.

        Args:
            starting: how it is started; left once that has happened.
            bounds: what it is stopped for when it takes more.

        Raises:
            OSError: it cannot be started.
            SandboxUnavailable: it cannot be confined.
        """
        with ExitStack() as held:
            launch = await asyncio.to_thread(held.enter_context, starting)
            process = await asyncio.create_subprocess_exec(
                *launch.argv,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=dict(launch.environment),
                cwd=launch.directory,
                pass_fds=launch.descriptors,
                limit=MAX_MESSAGE_BYTES,
                start_new_session=True,
            )
        incoming, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write, outgoing = anyio.create_memory_object_stream[SessionMessage](0)
        pumps = [
            asyncio.create_task(self._read(process, incoming)),
            asyncio.create_task(self._write(process, outgoing)),
            asyncio.create_task(self._read_errors(process)),
            asyncio.create_task(self._bound(process, bounds)),
        ]
        try:
            yield read, write
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            await asyncio.shield(_stop(process))
            for stream in (incoming, read, write, outgoing):
                stream.close()

    async def _read(
        self, process: Process, incoming: MemoryObjectSendStream[SessionMessage | Exception]
    ) -> None:
        """Pass on what the child says, until it ends or says too much."""
        assert process.stdout is not None  # noqa: S101 - it was started with pipes
        with incoming:
            try:
                while line := await process.stdout.readline():
                    self.budget.take(len(line))
                    await incoming.send(_parsed(line))
                self.problem = self.problem or "it ended"
            except ValueError:
                self.problem = f"it sent a message of more than {MAX_MESSAGE_BYTES:,} bytes"
            except Flooded as flooded:
                self.problem = str(flooded)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return
        _kill(process, signal.SIGKILL)

    async def _write(
        self, process: Process, outgoing: MemoryObjectReceiveStream[SessionMessage]
    ) -> None:
        """Pass on what the child is told; one that does not read is waited for by the caller's limit."""
        assert process.stdin is not None  # noqa: S101 - it was started with pipes
        with suppress(ConnectionError):
            async for message in outgoing:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(text.encode() + b"\n")
                await process.stdin.drain()

    async def _bound(self, process: Process, bounds: Bounds) -> None:
        """Stop the child when it takes too much of the machine."""
        excess = await ended_within(process, bounds, tick_seconds=_LOOK_SECONDS)
        if excess:
            self.problem = excess
            _kill(process, signal.SIGKILL)

    async def _read_errors(self, process: Process) -> None:
        """Keep the end of what it writes to stderr."""
        assert process.stderr is not None  # noqa: S101 - it was started with pipes
        while part := await process.stderr.read(4096):
            self._errors.append(part)


def _parsed(line: bytes) -> SessionMessage | Exception:
    """A message, or why a line is none."""
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except (ValueError, RecursionError) as error:
        return error


async def _stop(process: Process) -> None:
    """Let the child end by itself, then end it with its children."""
    assert process.stdin is not None  # noqa: S101 - it was started with pipes
    process.stdin.close()
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            _kill(process, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                await process.wait()
                break
    _kill(process, signal.SIGKILL)  # children that outlived it
    with suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_SECONDS):
            await asyncio.gather(_drain(process.stdout), _drain(process.stderr))


async def _drain(stream: asyncio.StreamReader | None) -> None:
    """Read what is left, since only a pipe that was read to its end is closed."""
    while stream is not None and await stream.read(65_536):
        pass


def _kill(process: Process, number: signal.Signals) -> None:
    """Send a signal to the child and its children."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
