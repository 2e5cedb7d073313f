import asyncio
import threading
from pathlib import Path

import pytest
from fake_llama import FakeLlama, Loader

from loom_core.errors import ModelUnavailable
from loom_providers_llamacpp.plan import LoadPlan
from loom_providers_llamacpp.server import EmbeddedServer
from loom_providers_llamacpp.sharing import SharedServers

PLAN = LoadPlan(Path("tiny.gguf"), window=1000, slots=2, decode_threads=1, prefill_threads=2)


def shared(loader):
    return SharedServers(lambda plan: EmbeddedServer(plan, loader))


async def test_equal_plans_share_one_server():
    loader = Loader()
    servers = shared(loader)

    first, second = await asyncio.gather(servers.acquire(PLAN), servers.acquire(PLAN))

    assert first is second
    assert len(loader.loaded) == 1


async def test_last_user_unloads():
    loader = Loader()
    servers = shared(loader)
    await servers.acquire(PLAN)
    await servers.acquire(PLAN)

    await servers.release(PLAN)
    assert not loader.loaded[0].is_closed
    await servers.release(PLAN)
    assert loader.loaded[0].is_closed


async def test_model_is_loaded_again_after_it_was_unloaded():
    loader = Loader()
    servers = shared(loader)
    await servers.acquire(PLAN)
    await servers.release(PLAN)

    await servers.acquire(PLAN)

    assert len(loader.loaded) == 2


async def test_failed_load_reaches_every_waiter_and_is_tried_again():
    servers = shared(Loader(error="no memory"))

    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="no memory"):
            await servers.acquire(PLAN)


async def test_server_whose_users_left_while_it_loaded_is_closed():
    go, closed = threading.Event(), threading.Event()
    llama = FakeLlama()
    llama.close = closed.set

    def load(plan):
        go.wait(5)
        return EmbeddedServer(plan, lambda _plan: llama)

    waiter = asyncio.create_task(SharedServers(load).acquire(PLAN))
    await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    go.set()

    assert await asyncio.to_thread(closed.wait, 5)
