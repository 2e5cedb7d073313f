"""How many events a second reach many clients of one task, beside a bare server, and is anything missing?

    python benchmarks/streams.py

*loom* in the first line: 100 clients watch a task (``GET /tasks/ID/stream``) while 5,000 events are written
as fast as they go; deliveries a second are those of all clients together. The floor, *bare*, is a server in
the same run that writes the same number of frames, made beforehand, to as many sockets; both have the same
clients. *mixed*: 500 clients at 200 events a second for ten seconds, of which every tenth reads slowly and
every tenth leaves again and again and comes back with ``Last-Event-ID``; *late* is what the others waited.
Each client has to get every event once and in order. Clients run in one process and share the machine with
the server.
"""

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

CHILD = Path(__file__).parent / "measuring" / "stream_server.py"
IDS = re.compile(rb"id: (\d+)\nevent")
AT = re.compile(rb'"at":"([^"]+)"')
FIRST = 4
"""Events that are there before: created, claimed, planned, begun."""
_LIMIT_SECONDS = 300.0
_SLOW_SECONDS = 0.3


@dataclass
class Watched:
    """One run: what every client has to get, and what they got."""

    port: int
    token: str
    last: int
    """Sequence of the last event."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    wrong: int = 0
    deliveries: int = 0
    late: list[float] = field(default_factory=list)
    """Seconds from the commit of the first event of a piece to its arrival."""


class Client(asyncio.Protocol):
    """Takes a stream; it may be slow, or leave and come back."""

    def __init__(self, run: Watched, *, is_slow: bool = False, leaves: bool = False) -> None:
        self._run, self._is_slow, self._leaves = run, is_slow, leaves
        self._rest, self._seen, self._leave_at = b"", 0, random.randint(5, 50)
        self.connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self) -> None:
        await asyncio.get_running_loop().create_connection(
            lambda: self, "127.0.0.1", self._run.port
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._rest = transport, b""
        seen = f"Last-Event-ID: {self._seen}\r\n" if self._seen else ""
        transport.write(
            f"GET /tasks/task/stream HTTP/1.1\r\nHost: 127.0.0.1:{self._run.port}\r\n"
            f"Authorization: Bearer {self._run.token}\r\n{seen}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if not self.connected.done():
            self.connected.set_result(None)
        text = self._rest + data
        end = text.rfind(b"\n\n") + 2
        if end == 1:
            self._rest = text
            return
        self._rest = text[end:]
        self._take(text[:end])
        if self._is_slow and self._seen < self._run.last:
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(_SLOW_SECONDS, self._transport.resume_reading)

    def _take(self, text: bytes) -> None:
        ids = [int(found) for found in IDS.findall(text)]
        if not ids:
            return
        is_prompt = self._seen > 0 and not (self._is_slow or self._leaves)
        if is_prompt and self._run.token and (at := AT.search(text)):
            self._run.late.append(time.time() - datetime.fromisoformat(at[1].decode()).timestamp())
        self._run.deliveries += len(ids)
        is_first = self._seen == 0
        self._run.wrong += (not is_first and ids[0] != self._seen + 1) or ids != list(
            range(ids[0], ids[0] + len(ids))
        )
        self._seen = ids[-1]
        if self._seen >= self._run.last:
            self._run.waiting -= 1
            if not self._run.waiting:
                self._run.done.set()
            self._transport.abort()
        elif self._leaves and len(ids) >= self._leave_at:
            self._transport.abort()
        else:
            self._leave_at -= len(ids)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._leaves and self._seen < self._run.last:
            self._leave_at = random.randint(5, 50)
            self._back = asyncio.ensure_future(self.connect())


class Child:
    """The server's process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.facts = self.hear()

    def tell(self, count: int, rate: int) -> None:
        self._process.stdin.write(f"{count} {rate}\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, object]:
        return json.loads(self._process.stdout.readline())


@contextmanager
def child(way: str):
    """A server, while inside."""
    process = subprocess.Popen(
        [sys.executable, str(CHILD), way], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Child(process)
    finally:
        process.stdin.close()
        process.wait(60)


async def watch(server: Child, clients: int, count: int, *, rate: int = 0, mixed: bool = False):
    """Seconds from the first write to the last delivery, CPU seconds of the server, and the run."""
    run = Watched(server.facts["port"], server.facts["token"], FIRST + count, waiting=clients)
    made = [
        Client(run, is_slow=mixed and n % 10 == 0, leaves=mixed and n % 10 == 1)
        for n in range(clients)
    ]
    for client in made:
        await client.connect()
    await asyncio.gather(*(client.connected for client in made))
    began = time.perf_counter()
    server.tell(count, rate)
    async with asyncio.timeout(_LIMIT_SECONDS):
        await run.done.wait()
    seconds = time.perf_counter() - began
    written = await asyncio.to_thread(server.hear)
    return seconds, written, run


def show(name: str, clients: int, seconds: float, written: dict, run: Watched) -> float:
    """Print a line; the deliveries a second."""
    rate = run.deliveries / seconds
    cpu = 1e6 * (written["cpu"] - written["cpu_before"]) / run.deliveries
    late = sorted(run.late)
    p99 = f"{late[int(0.99 * len(late))]:.2f}" if late else "-"
    print(
        f"| {name} | {clients} | {run.deliveries:,} | {seconds:.2f} | {rate:,.0f} | {run.wrong} | "
        f"{cpu:.1f} | {p99} | {written['longest']:.2f} |"
    )
    return rate


def main() -> int:
    """Measure, print the table; 1 when something was missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--many", type=int, default=500)
    parser.add_argument("--rate", type=int, default=200)
    options = parser.parse_args()
    heads = "server|clients|deliveries|s|deliveries/s|gaps|CPU µs each|p99 s late|longest write s"
    print("| " + heads.replace("|", " | ") + " |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    with child("bare") as server:
        bare = asyncio.run(watch(server, options.clients, options.events))
    floor = show("bare", options.clients, *bare)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="loom-streams-") as home, child(home) as server:
        loom = asyncio.run(watch(server, options.clients, options.events))
        rate = show("loom", options.clients, *loom)
        wrong += loom[2].wrong
    if options.many:
        with tempfile.TemporaryDirectory(prefix="loom-streams-") as home, child(home) as server:
            many = asyncio.run(
                watch(server, options.many, 10 * options.rate, rate=options.rate, mixed=True)
            )
            show("loom, mixed", options.many, *many)
            wrong += many[2].wrong
    print(f"share of the bare server: {rate / floor:.2f}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
