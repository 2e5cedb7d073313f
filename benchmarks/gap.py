"""What is added between two model calls: from the end of an answer to the arrival of the next request.

    python benchmarks/gap.py --turns 100 --rounds 5

One conversation against the scripted server in its own process, which stamps both moments. Each
answer asks to read another file. Loom runs with its engine, its OpenAI provider, its journal on
disk with default durability, its approval policy and its stuck detection. The loops by hand begin
with the very request that Loom began with, tools included, so that all send requests of one size.
They take turns, round after round; the median gap of all rounds is given, and CPU time a turn.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from measuring.hand_loops import HandConversation, with_aiohttp, with_httpx
from measuring.server_process import ServerProcess, serving

from loom_core.app import Loom
from loom_core.settings import Settings
from loom_core.settings.shape import ExecutionSettings, MemorySettings, ModelSettings
from loom_core.testing import Reply, Rule, Script, ServerFacts

GOAL = "Read every part of the notes and say what is in them."
_FILES = 20
_WINDOW = 1_000_000
"""Tokens, so that nothing is ever left out of the conversation."""

Json = dict[str, Any]


def main() -> int:
    """Measure in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    gaps: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as directory:
        workspace = Path(directory) / "workspace"
        workspace.mkdir()
        for number in range(_FILES):
            (workspace / f"part_{number}.txt").write_text(f"line of part {number}\n" * 20)
        for number in range(options.rounds):
            place = Path(directory) / str(number)
            for name, found, seconds in one_round(place, workspace, options.turns):
                gaps.setdefault(name, []).extend(found)
                cpu.setdefault(name, []).append(seconds / options.turns)
    show(gaps, cpu)
    return 0


def show(gaps: dict[str, list[float]], cpu: dict[str, list[float]]) -> None:
    """Print the medians and their ratio to the hand loop with httpx."""
    floor = statistics.median(gaps["hand httpx"])
    print(f"{'loop':14} {'gap ms':>7} {'p90 ms':>7} {'x httpx':>8} {'cpu ms/turn':>12}")
    for name, found in gaps.items():
        median, ninety = statistics.median(found), sorted(found)[len(found) * 9 // 10]
        print(
            f"{name:14} {median * 1e3:7.2f} {ninety * 1e3:7.2f} {median / floor:8.2f} "
            f"{statistics.median(cpu[name]) * 1e3:12.2f}"
        )


def one_round(place: Path, workspace: Path, turns: int) -> list[tuple[str, list[float], float]]:
    """Name, gaps and CPU seconds of each loop, run one after another."""
    first: Json = {}

    async def loom(server: ServerProcess) -> None:
        await run_loom(server.url, place, workspace, turns)

    async def httpx_loop(server: ServerProcess) -> None:
        await with_httpx(server.url, HandConversation(first, workspace))

    async def aiohttp_loop(server: ServerProcess) -> None:
        await with_aiohttp(server.url, HandConversation(first, workspace))

    measured: list[tuple[str, list[float], float]] = []
    for name, loop in (("loom", loom), ("hand httpx", httpx_loop), ("hand aiohttp", aiohttp_loop)):
        requests, gaps, seconds = measure(loop, place / name.replace(" ", "-"), turns)
        first = first or requests[0]["body"]
        measured.append((name, gaps, seconds))
    return measured


def measure(
    loop: Callable[[ServerProcess], Awaitable[None]], directory: Path, turns: int
) -> tuple[list[Json], list[float], float]:
    """Requests, gaps and CPU seconds of one conversation."""
    facts = ServerFacts(window=_WINDOW)
    with serving(reading_script(turns), directory, facts=facts) as server:
        cpu = time.process_time()
        asyncio.run(_finish(loop, server))
        cpu = time.process_time() - cpu
    requests = server.requests()  # the server has ended, so its log is complete
    if len(requests) <= turns:
        sys.exit(f"the run does not count: {len(requests)} requests, not {turns} and an end")
    return requests, server.gaps()[:turns], cpu


async def _finish(loop: Callable[[ServerProcess], Awaitable[None]], server: ServerProcess) -> None:
    await loop(server)


def reading_script(turns: int) -> Script:
    """One file after the other with a different range each time, then the end."""
    rules = [
        Rule(
            turn=turn,
            reply=Reply.calling(
                "read_file", path=f"part_{turn % _FILES}.txt", line_start=1 + turn // _FILES
            ),
        )
        for turn in range(turns)
    ]
    return Script(rules=tuple(rules), default=Reply.calling("complete", summary="read"))


async def run_loom(url: str, place: Path, workspace: Path, turns: int) -> None:
    """The goal through the engine, as ``loom run`` does it."""
    model = ModelSettings(
        provider="openai_compatible",
        model="scripted",
        base_url=url,
        dialect="native",
        context_window=_WINDOW,
    )
    limits = ExecutionSettings(
        max_subtask_iterations=turns + 5,
        max_loop_iterations=turns + 5,
        max_subtask_retries=0,
        max_replans=0,
        max_subtask_tokens=1_000_000_000,
    )
    settings = Settings(
        models={"scripted": model},
        execution=limits,
        memory=MemorySettings(database_path=place / "loom.db"),
    )
    async with Loom.build(settings, home=place / "home") as loom:
        task = await loom.create(GOAL, workspace=workspace)
        await loom.run(task.id)


if __name__ == "__main__":
    sys.exit(main())
