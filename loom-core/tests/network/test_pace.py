"""Messages of very many, very small parts."""

import asyncio
import contextlib

import pytest

from loom_core.network.pace import Pace, PartsTooSmall


async def test_others_run_between_the_parts_of_a_message():
    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(others())
    pace = Pace()
    for _ in range(3200):
        await pace.take(1)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running

    assert turns >= 99


async def test_a_message_of_many_tiny_parts_is_ended():
    pace = Pace()

    async def read():
        for _ in range(10_000):
            await pace.take(1)

    with pytest.raises(PartsTooSmall):
        await read()


async def test_large_parts_make_up_for_small_ones():
    pace = Pace()

    await pace.take(10_000_000)
    for _ in range(20_000):
        await pace.take(1)
