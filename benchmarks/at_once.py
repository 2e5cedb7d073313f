"""What many conversations at once cost: CPU time a turn, turns a second, and memory for each of them.

    python benchmarks/at_once.py --agents 200 --turns 10

One plan of so many subtasks that do not wait for each other, all at once, against the scripted server
in its own process. Each reads a file a turn; the engine, its OpenAI provider, tools and journal are
the real ones. The loops by hand send the same requests with aiohttp. Each way runs in a process of its
own, once with ten conversations for comparison: memory is the difference of the peaks, and CPU time
leaves out the first conversation, which loads modules.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, cast

from gap import reading_script
from measuring.hand_loops import HandConversation, with_aiohttp
from measuring.no_op import NoOpLoom
from measuring.server_process import serving

from loom_core import extensions
from loom_core.contracts.provider import Provider
from loom_core.extensions import Group
from loom_core.settings import Settings
from loom_core.settings.shape import ExecutionSettings, ModelSettings
from loom_core.testing import ServerFacts
from loom_core.types import ModelRole

_FILES = 20
_FEW = 10
_FIRST = "first.json"
"""Loom's first request, which the loops by hand begin with."""
_PROVIDER = "openai_compatible"


def main() -> int:
    """Measure both ways with few and with many conversations, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--turns", type=int, default=10)
    parser.add_argument("--child", nargs=3, metavar=("WAY", "URL", "PLACE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        way, url, place = options.child
        print(json.dumps(run_way(way, url, Path(place), options.agents, options.turns)))
        return 0
    print(f"{'way':12} {'turns/s':>8} {'CPU ms/turn':>12} {'KB each':>8}")
    with tempfile.TemporaryDirectory() as directory:
        for way in ("loom", "hand"):
            few = in_child(way, Path(directory), _FEW, options.turns)
            many = in_child(way, Path(directory), options.agents, options.turns)
            turns = options.agents * (options.turns + 1)
            memory = (many["peak_kb"] - few["peak_kb"]) / (options.agents - _FEW)
            print(
                f"{way:12} {turns / many['wall']:8.0f} {many['cpu'] / turns * 1e3:12.2f} "
                f"{memory:8.0f}"
            )
    return 0


def in_child(way: str, directory: Path, agents: int, turns: int) -> dict[str, Any]:
    """What one way took, in a process of its own, with every request counted."""
    place = directory / f"{way}-{agents}"
    make_workspace(place / "workspace")
    facts = ServerFacts(slots=256, window=1_000_000)
    with serving(reading_script(turns), place / "server", facts=facts) as server:
        command = [sys.executable, __file__, "--agents", str(agents), "--turns", str(turns)]
        child = subprocess.run(
            [*command, "--child", way, server.url, str(place)], stdout=subprocess.PIPE, check=True
        )
    requests = server.requests()
    if way == "loom":
        (directory / _FIRST).write_text(json.dumps(requests[0]["body"]))
    expected = (agents + 1) * (turns + 1)  # one conversation goes first, to load modules
    if len(requests) != expected:
        sys.exit(f"the run does not count: {len(requests)} requests, not {expected}")
    return json.loads(child.stdout)


def make_workspace(workspace: Path) -> None:
    """The files that are read."""
    workspace.mkdir(parents=True)
    for number in range(_FILES):
        (workspace / f"part_{number}.txt").write_text(f"line of part {number}\n" * 20)


def run_way(way: str, url: str, place: Path, agents: int, turns: int) -> dict[str, float]:
    """Seconds and the peak of memory of one way, in this process."""
    run = run_loom if way == "loom" else run_by_hand
    asyncio.run(run(url, place, 1, turns))
    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(run(url, place, agents, turns))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "peak_kb": peak_kb()}


def peak_kb() -> int:
    """The most memory that this process had resident; what ``getrusage`` tells includes the parent's."""
    for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


async def run_loom(url: str, place: Path, agents: int, turns: int) -> None:
    """One plan whose subtasks all run at once."""
    model = ModelSettings(
        provider=_PROVIDER,
        model="scripted",
        base_url=url,
        dialect="native",
        slots=256,
        roles=tuple(ModelRole),
    )
    limits = ExecutionSettings(max_parallel_subtasks=agents, max_subtask_iterations=turns + 5)
    provider = cast("type[Provider]", extensions.load(Group.PROVIDERS, _PROVIDER))
    loom = NoOpLoom(
        place,
        agents,
        is_layered=False,
        settings=Settings(execution=limits),
        model=model,
        provider=provider,
    )
    try:
        await loom.run(f"task-{agents}")
    finally:
        await loom.close()


async def run_by_hand(url: str, place: Path, agents: int, _turns: int) -> None:
    """Loops that begin as Loom's conversations do, side by side."""
    first, workspace = json.loads((place.parent / _FIRST).read_text()), place / "workspace"
    loops = (with_aiohttp(url, HandConversation(first, workspace)) for _ in range(agents))
    await asyncio.gather(*loops)


if __name__ == "__main__":
    sys.exit(main())
