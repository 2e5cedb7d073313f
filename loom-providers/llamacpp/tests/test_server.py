import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest
from fake_llama import FakeLlama, text_piece

from loom_core.errors import ModelUnavailable, RequestRejected
from loom_providers_llamacpp.plan import LoadPlan
from loom_providers_llamacpp.server import EmbeddedServer

PLAN = LoadPlan(Path("tiny.gguf"), window=1000, slots=2, decode_threads=1, prefill_threads=2)


@pytest.fixture
def llama():
    return FakeLlama()


@pytest.fixture
async def server(llama):
    made = EmbeddedServer(PLAN, lambda _plan: llama)
    yield made
    llama.hold.set()
    made.close()


async def collect(server, body=None):
    async with aclosing(server.stream(body or {})) as pieces:
        return [piece async for piece in pieces]


async def until(event):
    assert await asyncio.to_thread(event.wait, 5)


async def test_pieces_come_in_order_after_a_slot_was_taken(server, llama):
    assert await collect(server, {"x": 1}) == [{}, *llama.pieces]
    assert llama.bodies == [{"x": 1}]


async def test_event_loop_runs_while_the_model_works(server, llama):
    llama.hold.clear()
    answer = asyncio.create_task(collect(server))

    await until(llama.began)
    assert not answer.done()
    llama.hold.set()
    await answer


async def test_cancelling_the_task_cancels_the_request(server, llama):
    llama.hold.clear()
    answer = asyncio.create_task(collect(server))
    await until(llama.began)

    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer

    assert llama.was_cancelled.is_set()


async def test_leaving_the_stream_early_cancels_the_request(server, llama):
    llama.pieces = [text_piece("x")] * 200_000  # more than are made before the cancel arrives

    async with aclosing(server.stream({})) as pieces:
        await anext(pieces)

    assert llama.was_cancelled.is_set()


async def test_no_more_requests_run_at_once_than_there_are_slots(server, llama):
    llama.hold.clear()
    answers = [asyncio.create_task(collect(server)) for _ in range(5)]
    await until(llama.began)
    llama.hold.set()

    await asyncio.gather(*answers)

    assert llama.most_at_once <= PLAN.slots
    assert len(llama.bodies) == 5


async def test_request_that_still_waits_is_cancelled_at_once(server, llama):
    llama.hold.clear()
    running = [asyncio.create_task(collect(server)) for _ in range(PLAN.slots)]
    await until(llama.began)
    waiting = asyncio.create_task(collect(server))
    await asyncio.sleep(0)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    llama.hold.set()
    await asyncio.gather(*running)

    assert len(llama.bodies) == PLAN.slots


async def test_malformed_request_is_rejected(server, llama):
    llama.error = ValueError("unrecognized type")

    with pytest.raises(RequestRejected, match="unrecognized type"):
        await collect(server)


async def test_bug_in_the_thread_is_raised_where_the_answer_is_awaited(server, llama):
    llama.error = KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        await collect(server)


async def test_closing_ends_what_runs_and_frees_the_model(server, llama):
    llama.hold.clear()
    answer = asyncio.create_task(collect(server))
    await until(llama.began)

    await asyncio.to_thread(server.close)
    await answer

    assert llama.was_cancelled.is_set()
    assert llama.is_closed
    with pytest.raises(ModelUnavailable, match="unloaded"):
        await collect(server)
