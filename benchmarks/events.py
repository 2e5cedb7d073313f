"""How many events a second the store takes and keeps, beside sqlite3 alone with the same rows.

    python benchmarks/events.py

*burst* hands over 20,000 events one by one and waits for the last. *callers* has 64 callers,
each of which waits for its event before it gives the next: many subtasks at once. *alone* is one
such caller. *effects* is *alone* with events that guard an effect and therefore wait for the disk.
Every event is counted in the database afterwards and the sequence has to be unbroken. Share is the
rate over that of a hand-written log in the same run: ``json.dumps`` and sqlite3 alone, the same rows,
indexes and pragmas, 1,000 in a transaction.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from measuring.raw_sqlite import has_gaps, insert_seconds, journal_rows

from loom_core.events import (
    EventBody,
    ModelCallFinished,
    ModelCallStarted,
    PlanCreated,
    ToolCallFinished,
    ToolCallStarted,
)
from loom_core.store import Entry, Store
from loom_core.types import ModelResponse, ModelRole, Plan, Subtask, Task, ToolResult, Usage

CALLERS = 64


class Stream:
    """A claimed task with a subtask for each caller, and the events that a turn of it makes."""

    def __init__(self, store: Store, fence: int) -> None:
        """Write to this store under that claim."""
        self._store = store
        self._fence = fence

    async def burst(self, count: int) -> None:
        """All at once, waiting for the last only."""
        for number in range(count):
            body = _body(number, "pure")
            entries = [Entry(body, f"s-{number % CALLERS}", 1)]
            written = self._store.submit("task", entries, fence=self._fence)
        await written

    async def callers(self, count: int) -> None:
        """Many callers, each waiting for every event."""
        await asyncio.gather(
            *(self._one_by_one(caller, count // CALLERS) for caller in range(CALLERS))
        )

    async def alone(self, count: int) -> None:
        """One caller, waiting for every event."""
        await self._one_by_one(0, count)

    async def effects(self, count: int) -> None:
        """One caller, and every event has to be on the disk."""
        for number in range(count):
            await self._append(0, number, recovery="content")

    async def _one_by_one(self, caller: int, count: int) -> None:
        for number in range(count):
            await self._append(caller, number)

    async def _append(self, caller: int, number: int, recovery: str = "pure") -> None:
        entries = [Entry(_body(number, recovery), f"s-{caller}", 1)]
        await self._store.append("task", entries, fence=self._fence)


def _body(number: int, recovery: str) -> EventBody:
    """The events of one turn of a conversation, in turn."""
    if recovery != "pure" or number % 4 == 3:
        result = ToolResult(text="line\n" * 40)
        return ToolCallFinished(
            step=number, call_id="c", tool="read_file", result=result, recovery=recovery
        )
    if number % 4 == 2:
        arguments = {"path": f"src/file_{number}.py"}
        return ToolCallStarted(
            step=number, call_id="c", tool="read_file", arguments=arguments, recovery=recovery
        )
    if number % 4 == 1:
        usage = Usage(prompt_tokens=900, completion_tokens=30)
        answer = ModelResponse(text="I will look at the file first.", usage=usage)
        return ModelCallFinished(step=number, model="m", role=ModelRole.EXECUTOR, response=answer)
    return ModelCallStarted(step=number, model="m", role=ModelRole.EXECUTOR)


def main() -> int:
    """Measure, print the table."""
    print(f"{'way':8} {'events':>7} {'seconds':>8} {'events/s':>9} {'raw/s':>8} {'share':>6}")
    for way, count in (("burst", 20_000), ("callers", 19_968), ("alone", 2_000), ("effects", 300)):
        seconds, raw = sorted(measure(way, count) for _ in range(3))[1]
        rate, raw_rate = count / seconds, count / raw
        print(
            f"{way:8} {count:7,} {seconds:8.3f} {rate:9,.0f} {raw_rate:8,.0f} {rate / raw_rate:6.2f}"
        )
    return 0


def measure(way: str, count: int) -> tuple[float, float]:
    """Seconds of one way of writing so many events, and of sqlite3 alone with the same rows."""
    with tempfile.TemporaryDirectory() as directory:
        seconds = asyncio.run(_write(Path(directory) / "loom.db", way, count))
        rows = journal_rows(Path(directory) / "loom.db")
        if len(rows) != count + 3 or has_gaps(rows):
            sys.exit(f"the run does not count: {len(rows)} events instead of {count + 3}, or gaps")
        return seconds, insert_seconds(Path(directory) / "raw.db", rows[3:])


async def _write(database: Path, way: str, count: int) -> float:
    store = Store.open(database)
    try:
        await store.create_task(Task(id="task", goal="Write events.", workspace="/"))
        fence = await store.claim("task", owner="benchmark", lease_seconds=600)
        subtasks = tuple(Subtask(id=f"s-{n}", description="Write.") for n in range(CALLERS))
        plan = PlanCreated(plan=Plan(subtasks=subtasks), source="benchmark")
        await store.append("task", [Entry(plan)], fence=fence)
        started = time.perf_counter()
        await getattr(Stream(store, fence), way)(count)
        return time.perf_counter() - started
    finally:
        await store.close()


if __name__ == "__main__":
    sys.exit(main())
