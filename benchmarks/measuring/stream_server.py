"""A server of live events in a process of its own: Loom's, or a bare one that writes frames to sockets.

Prints a line with its address, then waits for lines ``EVENTS RATE`` on standard input, writes so many events
(so many a second, 0 for as fast as they go) and prints what that took. Ends with standard input.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from loom_core.events import PlanCreated, TaskExecutionStarted
from loom_core.settings.shape import MemorySettings, Settings
from loom_core.store import Entry, Store
from loom_core.types import Plan, Subtask, Task
from loom_server.serving.address import listen
from loom_server.serving.engine import engine_for
from loom_server.serving.server import Server

sys.path.insert(0, str(Path(__file__).parent.parent))

from events import CALLERS, Stream

TASK = "task"
_PART_SECONDS = 0.05
Write = Callable[[int], Awaitable[None]]


async def obey(write: Write) -> None:
    """Write events as standard input says, until it ends."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        count, rate = map(int, line.split())
        began, cpu, longest = time.perf_counter(), time.process_time(), 0.0
        part = max(1, int(rate * _PART_SECONDS)) if rate else count
        for number in range(0, count, part):
            if rate:
                await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            started = time.perf_counter()
            await write(min(part, count - number))
            longest = max(longest, time.perf_counter() - started)
        say(seconds=time.perf_counter() - began, longest=longest, cpu_before=cpu)


def say(**facts: object) -> None:
    """Tell whoever started this."""
    print(json.dumps({**facts, "cpu": time.process_time()}), flush=True)


async def serve_loom(home: Path) -> None:
    """Loom's server, over a database with one task that somebody works on."""
    settings = Settings(memory=MemorySettings(database_path=home / "loom.db"))
    settings = settings.model_copy(
        update={"server": settings.server.model_copy(update={"port": 0})}
    )
    store = Store.open(home / "loom.db")
    await store.create_task(Task(id=TASK, goal="Write events.", workspace="/"))
    await store.close()
    address = listen(settings.server, is_network_allowed=False)
    loom = engine_for(settings, home, is_offline=True)
    fence = await loom.store.claim(TASK, owner="benchmark", lease_seconds=3600)
    plan = Plan(subtasks=tuple(Subtask(id=f"s-{n}", description="Write.") for n in range(CALLERS)))
    first = [Entry(PlanCreated(plan=plan, source="benchmark")), Entry(TaskExecutionStarted())]
    await loom.store.append(TASK, first, fence=fence)
    started = asyncio.Event()
    server = Server(
        settings,
        address,
        home=home,
        build_loom=lambda: loom,
        greet=lambda _link: started.set(),
    )
    running = asyncio.create_task(server.run())
    await started.wait()
    say(port=address.port, token=(home / "run" / "token").read_text().strip())
    await obey(Stream(loom.store, fence).burst)
    server.stop()
    await running


class _Bare(asyncio.Protocol):
    """A connection that is written to."""

    open: "list[asyncio.WriteTransport]" = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer at once, whatever is asked."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        self.open.append(transport)


async def serve_bare() -> None:
    """The floor: the same frames, made beforehand, 500 at a time to every socket."""
    server = await asyncio.get_running_loop().create_server(_Bare, "127.0.0.1", 0)
    say(port=server.sockets[0].getsockname()[1], token="")
    sequence = 4

    async def write(count: int) -> None:
        nonlocal sequence
        for start in range(0, count, 500):
            numbers = range(sequence + 1, sequence + 1 + min(500, count - start))
            data = b"".join(_frame(number) for number in numbers)
            sequence = numbers[-1]
            for transport in _Bare.open:
                transport.write(data)
            await asyncio.sleep(0)

    await obey(write)


def _frame(number: int) -> bytes:
    """A frame as long as Loom's are here."""
    data = '{"at":"2026-11-22T12:00:00+00:00","data":"' + "x" * 330 + '"}'
    return b"id: %d\nevent: ModelCallStarted\ndata: %b\n\n" % (number, data.encode())


if __name__ == "__main__":
    asyncio.run(serve_bare() if sys.argv[1] == "bare" else serve_loom(Path(sys.argv[1])))
