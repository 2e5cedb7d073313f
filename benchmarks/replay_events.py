"""How long does it take to be told the rest of a task of 10,000 events, and is it the rest?

    python benchmarks/replay_events.py

Writes a task of 10,000 events into a database, starts ``loom serve`` on it, and asks for its stream from the
beginning and from 100 random events on (``Last-Event-ID``), as a client does that lost its connection. What
comes has to be exactly what was written after that event, in order. One client at a time.
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from events import CALLERS, Stream

from loom_core.events import PlanCreated, TaskExecutionStarted, TaskFailed
from loom_core.store import Entry, Store
from loom_core.types import Plan, Subtask, Task

_LIMIT_SECONDS = 60.0


def main() -> int:
    """Measure, print the table; 1 when a stream was not the rest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--streams", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="loom-replay-") as directory:
        home = Path(directory)
        started = time.perf_counter()
        sequences = asyncio.run(_written(home / "loom.db", options.events))
        print(f"{len(sequences):,} events written in {time.perf_counter() - started:.2f} s")
        with _served(home) as port:
            wrong, seconds = _streams(home, port, sequences, options.streams)
            looks = [_look_seconds(home, port) for _ in range(20)]
    print("| streams | events | with a gap or a duplicate | median s | longest s |")
    print("| --- | --- | --- | --- | --- |")
    median, longest = statistics.median(seconds), max(seconds)
    print(f"| {len(seconds)} | {len(sequences):,} | {wrong} | {median:.2f} | {longest:.2f} |")
    print(f"GET /tasks/task: median {1000 * statistics.median(looks):.0f} ms")
    return int(wrong > 0)


async def _written(database: Path, count: int) -> list[int]:
    """Write a task with so many events and a few more; their sequence numbers."""
    store = Store.open(database)
    try:
        await store.create_task(Task(id="task", goal="Write events.", workspace="/"))
        fence = await store.claim("task", owner="benchmark", lease_seconds=600)
        subtasks = tuple(Subtask(id=f"s-{n}", description="Write.") for n in range(CALLERS))
        plan = PlanCreated(plan=Plan(subtasks=subtasks), source="benchmark")
        await store.append("task", [Entry(plan), Entry(TaskExecutionStarted())], fence=fence)
        await Stream(store, fence).burst(count)
        await store.append("task", [Entry(TaskFailed(reason="the end"))], fence=fence)
        await store.release("task", fence=fence)
        return [event.sequence for event in await store.events("task")]
    finally:
        await store.close()


@contextmanager
def _served(home: Path) -> Iterator[int]:
    """A server on that home; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("loom"), "serve", "--port", str(port)]
    environment = {**os.environ, "LOOM_HOME": str(home), "OLLAMA_HOST": "127.0.0.1:9"}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=home)
    try:
        end = time.monotonic() + _LIMIT_SECONDS
        while True:
            with socket.socket() as probe:
                is_up = probe.connect_ex(("127.0.0.1", port)) == 0
            if is_up and (home / "run" / "token").exists():
                break
            if time.monotonic() > end or process.poll() is not None:
                raise SystemExit((home / "log").read_text())
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(_LIMIT_SECONDS)


def _streams(home: Path, port: int, sequences: list[int], count: int) -> tuple[int, list[float]]:
    """How many streams were not the rest, and the seconds of each."""
    chance = random.Random(2026)
    wrong, seconds = 0, list[float]()
    for seen in [0, *(chance.choice(sequences[:-1]) for _ in range(count))]:
        started = time.perf_counter()
        got = _told(home, port, seen)
        seconds.append(time.perf_counter() - started)
        wrong += got != [sequence for sequence in sequences if sequence > seen]
    return wrong, seconds


def _look_seconds(home: Path, port: int) -> float:
    """How long one look at the whole state of the task takes."""
    started = time.perf_counter()
    text = _asked(home, port, "/tasks/task")
    if json.loads(text)["state"] != "failed":
        raise SystemExit(f"the task is not as it should be: {text[:300]}")
    return time.perf_counter() - started


def _told(home: Path, port: int, seen: int) -> list[int]:
    """The sequence numbers of a stream from an event on, to its end."""
    text = _asked(
        home, port, "/tasks/task/stream", **({"Last-Event-ID": str(seen)} if seen else {})
    )
    data = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    found = [json.loads(one) for one in data]
    return [one["sequence"] for one in found if "sequence" in one]


def _asked(home: Path, port: int, path: str, **more: str) -> str:
    """The text of an answer."""
    token = (home / "run" / "token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", **more}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LIMIT_SECONDS)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != 200:
        raise SystemExit(f"HTTP {answer.status}: {text[:300]}")
    return text


if __name__ == "__main__":
    sys.exit(main())
