"""Asking the system's resolver."""

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from loom_core.network import resolve_host


@pytest.mark.parametrize("host", ["files.example.org", "files.example.org.", "registry"])
async def test_a_name_is_whole_whatever_domains_this_machine_searches(monkeypatch, host):
    asked = []

    def look_up(name, *_, **__):
        asked.append(name)
        return [(2, 1, 6, "", ("1.1.1.1", 0)), (2, 1, 6, "", ("1.1.1.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    assert await resolve_host(host) == ["1.1.1.1"]
    assert asked == [f"{host.removesuffix('.')}."]


async def test_a_name_that_is_not_known_is_an_error(monkeypatch):
    def look_up(*_, **__):
        raise socket.gaierror(-2, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    with pytest.raises(OSError, match="not known"):
        await resolve_host("gone.example")


async def test_a_resolver_that_hangs_holds_no_thread_that_others_need(monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let_go.wait(60) and [])
    pool = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(pool)
    waiting = [asyncio.create_task(resolve_host(f"h{number}.example")) for number in range(3)]
    await asyncio.sleep(0)

    try:
        assert await asyncio.wait_for(asyncio.to_thread(lambda: 7), 10) == 7
        assert all(thread.daemon for thread in threading.enumerate() if thread.name == "lookup")
    finally:
        let_go.set()
    assert await asyncio.gather(*waiting) == [[], [], []]
