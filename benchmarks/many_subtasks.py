"""What Loom itself costs a subtask: plans of 100, 1,000 and 10,000 with a model that does nothing.

    python benchmarks/many_subtasks.py
    python benchmarks/many_subtasks.py --sizes 100 1000 --profile /tmp/profile

The engine is the real one: planning hook, validation, scheduler, runner with the installed tools'
schemas, tier-1 verification, extraction into memory, and the store on disk with its default
durability. Only the plan, the model, each subtask's one check and the verifier that asks it cost nothing.
Every event must be in the database at the end, in an unbroken sequence, or the run does not count.
*raw s* is how long a hand-written log of the same rows takes: ``json.dumps`` and sqlite3 alone.
Small plans are run several times and the median is given. The first run is not counted: it loads
modules and parts, which ``start_up.py`` measures.
"""

import argparse
import asyncio
import cProfile
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from measuring.no_op import NoOpLoom
from measuring.raw_sqlite import has_gaps, insert_seconds, journal_rows

EXPECTED = {
    "SubtaskStarted",
    "PromptAssembled",
    "ModelCallStarted",
    "ModelCallFinished",
    "ChecksRun",
    "OutcomeReached",
    "VerdictReached",
    "SubtaskCompleted",
    "MemoryExtracted",
}
"""Events of a subtask that succeeds at the first attempt, at least one of each."""


@dataclass(frozen=True, slots=True)
class Run:
    """One task run to its end."""

    size: int
    events: int
    wall_seconds: float
    cpu_seconds: float
    raw_seconds: float

    @property
    def microseconds_each(self) -> float:
        """Wall time of one subtask."""
        return self.wall_seconds / self.size * 1e6


def main() -> int:
    """Run the plans, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--profile", type=Path, help="write a cProfile of the last size there")
    options = parser.parse_args()
    measure(20)
    print(f"{'subtasks':>8} {'events':>8} {'wall s':>7} {'cpu s':>7} {'us each':>8} {'raw s':>6}")
    results: list[Run] = []
    for size in options.sizes:
        runs = sorted(
            (measure(size) for _ in range(repetitions(size))), key=lambda run: run.wall_seconds
        )
        run = runs[len(runs) // 2]
        results.append(run)
        print(
            f"{run.size:8,} {run.events:8,} {run.wall_seconds:7.2f} {run.cpu_seconds:7.2f} "
            f"{run.microseconds_each:8.0f} {run.raw_seconds:6.2f}"
        )
    ratio = results[-1].microseconds_each / results[0].microseconds_each
    print(f"a subtask of the largest plan costs {ratio:.2f} x one of the smallest")
    if options.profile:
        profiler = cProfile.Profile()
        profiler.enable()
        measure(options.sizes[-1])
        profiler.disable()
        profiler.dump_stats(options.profile)
    return 0


def repetitions(size: int) -> int:
    """How often a plan is run; large ones are steady enough."""
    return max(1, min(5, 3_000 // size))


def measure(size: int) -> Run:
    """Run one plan in a fresh database and look at what is in it afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        wall, cpu = time.perf_counter(), time.process_time()
        asyncio.run(run_plan(Path(directory), size))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        rows = journal_rows(Path(directory) / "loom.db")
        problem = problem_of(rows, size)
        if problem:
            sys.exit(f"the run does not count: {problem}")
        return Run(size, len(rows), wall, cpu, insert_seconds(Path(directory) / "raw.db", rows))


async def run_plan(directory: Path, size: int) -> None:
    """One task from its goal to its end."""
    loom = NoOpLoom(directory, size)
    try:
        await loom.run("task")
    finally:
        await loom.close()


def problem_of(rows: list[tuple[object, ...]], size: int) -> str:
    """What is wrong with the journal of a run; empty when everything is there."""
    counts = Counter(str(row[5]) for row in rows)
    wrong = {name: counts[name] for name in EXPECTED if counts[name] < size}
    if wrong or not counts["TaskCompleted"]:
        return f"expected at least {size} of each event and one TaskCompleted, found {dict(counts)}"
    if has_gaps(rows):
        return "the sequence has gaps"
    return ""


if __name__ == "__main__":
    sys.exit(main())
