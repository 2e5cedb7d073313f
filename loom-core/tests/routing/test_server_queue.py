"""Who gets the next free slot of a server."""

import asyncio

import pytest

from loom_core.routing.server_queue import MOST_PASSED_OVER, ServerQueue
from loom_core.types import Message, Role

SYSTEM = Message(role=Role.SYSTEM, text="system")


def messages(*texts):
    return (SYSTEM, *(Message(role=Role.USER, text=text) for text in texts))


class Served:
    """Requests that wait behind one that holds the only slot, in the order in which they are served."""

    def __init__(self, **slots):
        self.queue = ServerQueue()
        for model, count in (slots or {"a": 1}).items():
            self.queue.allow(model, count)
        self.order = []
        self.running = self.most = 0
        self.tasks = {}
        self.release = asyncio.Event()

    async def add(self, name, model="a", *texts, urgency=0):
        self.tasks[name] = asyncio.create_task(self._serve(name, model, texts, urgency))
        await asyncio.sleep(0)

    async def _serve(self, name, model, texts, urgency):
        turn = self.queue.line_up(model, messages(*texts), urgency=urgency)
        try:
            await turn.granted
            self.order.append(name)
            self.running += 1
            self.most = max(self.most, self.running)
            await self.release.wait()
            self.running -= 1
        finally:
            self.queue.leave(turn)

    async def end(self):
        self.release.set()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        return self.order


async def test_first_come_first_served_when_nothing_else_counts():
    served = Served()
    for name in "xyz":
        await served.add(name)

    assert await served.end() == ["x", "y", "z"]
    assert served.most == 1


async def test_the_longest_chain_of_work_goes_first():
    served = Served()
    await served.add("holder")
    await served.add("leaf", urgency=1)
    await served.add("root", urgency=3)
    await served.add("middle", urgency=2)

    assert await served.end() == ["holder", "root", "middle", "leaf"]


async def test_among_equals_the_one_whose_beginning_was_served_last_goes_first():
    served = Served()
    await served.add("turn 1", "a", "job one")
    await served.add("other", "a", "job two")
    await served.add("turn 2", "a", "job one", "answer", "result")

    assert await served.end() == ["turn 1", "turn 2", "other"]


async def test_requests_are_grouped_by_model_so_that_none_is_swapped_in_and_out():
    served = Served(a=1, b=1)
    await served.add("a0", "a")
    for number in range(3):
        await served.add(f"b{number}", "b", urgency=9)
        await served.add(f"a{number + 1}", "a")

    assert await served.end() == ["a0", "a1", "a2", "a3", "b0", "b1", "b2"]


async def test_nobody_starves_behind_the_other_model_or_more_urgent_work():
    served = Served(a=1, b=1)
    await served.add("holder", "a")
    await served.add("patient", "b")
    for number in range(30):
        await served.add(f"a{number}", "a", urgency=5)

    order = await served.end()

    assert order.index("patient") == MOST_PASSED_OVER + 1
    assert len(order) == 32


async def test_two_models_of_one_server_share_its_slots():
    served = Served(a=2, b=1)
    for number in range(4):
        await served.add(f"a{number}", "a")
        await served.add(f"b{number}", "b")

    assert len(await served.end()) == 8
    assert served.most == 2


async def test_a_cancelled_request_leaves_the_queue():
    served = Served()
    await served.add("holder")
    await served.add("gone", urgency=9)
    await served.add("next")

    served.tasks["gone"].cancel()

    assert await served.end() == ["holder", "next"]


@pytest.mark.parametrize("turns_before", [0, 1])
async def test_a_slot_given_to_a_request_that_is_just_cancelled_is_not_lost(turns_before):
    served = Served()
    await served.add("holder")
    await served.add("unlucky", urgency=9)
    await served.add("next")

    served.release.set()
    for _ in range(turns_before):
        await asyncio.sleep(0)
    served.tasks["unlucky"].cancel()

    assert (await served.end())[-1] == "next"
