import asyncio

import pytest

from loom_core.sandbox.unbroken import unbroken


async def test_work_ends_before_any_number_of_cancellations_goes_through():
    may_end, steps = asyncio.Event(), []

    async def work() -> None:
        steps.append("began")
        await may_end.wait()
        steps.append("ended")

    running = asyncio.create_task(unbroken(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        running.cancel()
    await asyncio.sleep(0)
    assert (steps, running.done()) == (["began"], False)

    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert steps == ["began", "ended"]


async def test_a_failure_of_the_work_is_told():
    async def work() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await unbroken(work())
