"""What the connections of commands hold of this process, however they behave."""

import asyncio
import contextlib
import errno
import os
from pathlib import Path

import pytest

from loom_core.sandbox import places, way_out

BODY_BYTES = 120_000
"""More than the kernel holds for a client that never reads, by less than asyncio would."""
PAGE = (
    f"HTTP/1.1 200 OK\r\nContent-Length: {BODY_BYTES}\r\nConnection: close\r\n\r\n".encode()
    + b"x" * BODY_BYTES
)


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
async def generous():
    """The port of a host that answers with more than a client takes that never reads."""

    async def serve(reader, writer):
        with contextlib.closing(writer), contextlib.suppress(OSError, EOFError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(PAGE)
            await writer.drain()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_clients_that_never_read_keep_no_more_than_their_places(
    reaching, workspace, generous, monkeypatch
):
    monkeypatch.setattr(way_out, "_AT_ONCE", 4)
    (workspace / "deaf.py").write_text(
        "import socket, time\n"
        "held = []\n"
        "for _ in range(40):\n"
        "    one = socket.socket(); one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)\n"
        "    one.connect(('127.0.0.1', 3128))\n"
        f"    one.sendall(b'GET http://allowed.test:{generous}/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')\n"
        "    held.append(one)\n"
        "time.sleep(0.7)"
    )
    before = descriptors()
    running = asyncio.create_task(
        reaching(f"allowed.test:{generous}").run(
            "python3 deaf.py", workspace=workspace, timeout_seconds=20, may_connect=True
        )
    )
    most = 0
    while not running.done():
        most = max(most, descriptors())
        await asyncio.sleep(0.02)

    assert (await running).exit_code == 0
    # a connection has three ends here, of which the host's is this test's own
    assert most - before < 3 * 4 + 15


async def test_the_places_of_a_process_bound_all_commands_together(
    reaching, workspace, generous, monkeypatch
):
    monkeypatch.setattr(places, "IN_ALL", 2)
    url = f"http://allowed.test:{generous}/"
    for name in ("a", "b"):
        (workspace / name).mkdir()

    done = await asyncio.gather(
        *(
            reaching(f"allowed.test:{generous}").run(
                f"for i in 1 2 3 4; do curl -sS {url} | wc -c & done; wait",
                workspace=workspace / name,
                timeout_seconds=20,
                may_connect=True,
            )
            for name in ("a", "b")
        )
    )

    assert [result.output.split() for result in done] == [[str(BODY_BYTES)] * 4] * 2


async def test_too_many_open_files_are_waited_out(reaching, workspace, generous, monkeypatch):
    loop = asyncio.get_running_loop()
    accept, failures = loop.sock_accept, [errno.EMFILE, errno.ECONNABORTED]

    async def fails_first(listener):
        if failures:
            number = failures.pop()
            raise OSError(number, os.strerror(number))
        return await accept(listener)

    monkeypatch.setattr(loop, "sock_accept", fails_first)

    done = await reaching(f"allowed.test:{generous}").run(
        f"curl -sS http://allowed.test:{generous}/ | wc -c",
        workspace=workspace,
        timeout_seconds=20,
        may_connect=True,
    )

    assert done.output == f"{BODY_BYTES}\n"
    assert failures == []
