"""What waits to be shown."""

import asyncio

from loom_core.contracts.provider import ReasoningDelta, TextDelta
from loom_core.cowork import Heard
from loom_tui.pending import Pending


async def test_pieces_of_one_answer_are_taken_as_one():
    pending = Pending()
    for piece in ("one ", "two ", "three"):
        pending.put(Heard("t1", TextDelta(piece)))

    assert await pending.get() == Heard("t1", TextDelta("one two three"))


async def test_nothing_else_is_joined_and_order_is_kept():
    pending = Pending()
    shown = [
        Heard("t1", ReasoningDelta("hm")),
        Heard("t1", TextDelta("a")),
        Heard("t2", TextDelta("b")),
        "a note",
        Heard("t2", TextDelta("c")),
    ]
    for one in shown:
        pending.put(one)

    assert [await pending.get() for _ in shown] == shown


async def test_what_happens_later_is_waited_for():
    pending = Pending()
    waiting = asyncio.create_task(pending.get())
    await asyncio.sleep(0)
    pending.put("late")

    assert await waiting == "late"
