"""A command that takes too much of the machine is killed with all that it started."""

import asyncio
import os
import sys

import pytest

from loom_core.sandbox import describe
from loom_core.sandbox.bounds import Bounds, bounds_of
from loom_core.sandbox.process_tree import ProcessTree
from loom_core.settings.shape import SandboxSettings

MIB = 1024**2
PYTHON = "/usr/bin/python3"
MEMORY = 96 * MIB


@pytest.fixture(params=["bubblewrap", "landlock", "none"])
def bounded(request):
    backend = request.param
    found = describe(SandboxSettings(backend=backend, max_memory_bytes=MEMORY, max_processes=24))
    if found.sandbox.name != backend:
        pytest.skip(found.detail)
    return found.sandbox


async def run(sandbox, workspace, command):
    return await sandbox.run(command, workspace=workspace, timeout_seconds=30)


def holding(mebibytes: int) -> str:
    """A command that takes so much memory and keeps it for a while."""
    return f"{PYTHON} -c 'import time; x = bytearray(b\"x\" * ({mebibytes} << 20)); time.sleep(60)'"


async def test_one_that_takes_too_much_memory_is_killed_and_told(bounded, workspace):
    done = await run(bounded, workspace, f"echo begun; {holding(200)}")

    assert done.output == "begun\n"
    assert (done.exit_code, done.timed_out, done.was_killed) == (None, False, True)
    assert done.exceeded.startswith("it took 0.")
    assert done.exceeded.endswith("sandbox.max_memory_bytes allows 0.1 GiB")
    assert done.elapsed_seconds < 20


async def test_the_memory_of_all_its_processes_counts(bounded, workspace):
    done = await run(bounded, workspace, f"{holding(40)} & {holding(40)} & {holding(40)} & wait")

    assert "of memory" in done.exceeded


async def test_many_processes_are_killed_and_told(bounded, workspace):
    done = await run(bounded, workspace, "for i in $(seq 60); do sleep 60 & done; wait")

    assert done.exceeded.endswith("processes at once, and sandbox.max_processes allows 24")


async def test_one_that_keeps_to_its_bounds_ends_by_itself(bounded, workspace):
    done = await run(bounded, workspace, "sleep 0.6; echo done")

    assert (done.output, done.exit_code, done.exceeded) == ("done\n", 0, "")


async def test_its_processes_are_the_first_to_go_when_memory_is_short(bounded, workspace):
    if bounded.name == "landlock":
        pytest.skip("commands cannot read /proc there")
    done = await run(bounded, workspace, "sleep 0.6; cat /proc/self/oom_score_adj")

    # A process that began after the look inherits it from its parent.
    assert done.output == "1000\n"


async def test_what_processes_share_counts_once():
    held = (
        "import os, time; x = bytearray(b'x' * (64 << 20))\n"
        "for _ in range(3):\n"
        "    if not os.fork(): time.sleep(60)\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", held, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        await process.stdout.readline()
        tree = ProcessTree.of(process.pid)

        assert len(tree.pids) == 4
        assert tree.resident_bytes() > 256 * MIB
        assert 64 * MIB < tree.proportional_bytes() < 128 * MIB
        assert Bounds(max_memory_bytes=128 * MIB, max_processes=10).excess(tree) == ""
    finally:
        os.killpg(process.pid, 9)
        await process.wait()


async def test_what_has_ended_takes_nothing():
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    tree = ProcessTree.of(process.pid)

    assert (tree.resident_bytes(), tree.proportional_bytes()) == (0, 0)


def test_memory_that_is_not_set_is_half_of_the_machine():
    usual = bounds_of(SandboxSettings())

    assert usual.max_memory_bytes > 256 * MIB
    assert bounds_of(SandboxSettings(max_memory_bytes=MEMORY)).max_memory_bytes == MEMORY
