"""A limit that stands still while a human is asked."""

import asyncio

import pytest

from loom_core.engine.time_limit import TimeLimit


async def test_what_takes_too_long_is_cancelled():
    with pytest.raises(TimeoutError):
        async with TimeLimit(0.01):
            await asyncio.Event().wait()


async def test_no_time_passes_while_it_is_paused():
    async with TimeLimit(0.02) as limit:
        with limit.paused(), limit.paused():
            await asyncio.sleep(0.1)


async def test_time_goes_on_after_a_pause():
    async def work():
        async with TimeLimit(0.02) as limit:
            with limit.paused():
                await asyncio.sleep(0.05)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await work()


async def test_a_pause_that_is_cancelled_ends():
    limit = TimeLimit(10)

    async def work():
        async with limit:
            with limit.paused():
                await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
