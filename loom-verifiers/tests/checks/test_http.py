"""The check that a local server answers."""

import asyncio
import contextlib
import http.server
import threading

import pytest

from loom_core.types import VerdictStatus
from loom_verifiers.checks.http import HttpOk

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        status = {"/ok?x=1": 200, "/moved": 302}.get(self.path, 404)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/ok?x=1")
        self.end_headers()
        self.wfile.write(b"all is well")

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def test_a_page_on_this_machine_passes(server, look):
    for host in ("127.0.0.1", "localhost"):
        url = f"http://{host}:{server.server_port}/ok?x=1"

        assert (await HttpOk().run(url, "", look)).status is PASSED
        assert (await HttpOk().run(url, "all is well", look)).status is PASSED
        assert (await HttpOk().run(url, "all is lost", look)).status is FAILED


async def test_another_status_fails_and_a_redirect_is_not_followed(server, look):
    base = f"http://127.0.0.1:{server.server_port}"

    assert (await HttpOk().run(f"{base}/none", "", look)).status is FAILED
    assert (await HttpOk().run(f"{base}/moved", "", look)).status is FAILED
    assert server.asked == ["/none", "/moved"]


async def test_nobody_there_fails(server, look):
    server.server_close()

    evidence = await HttpOk().run(f"http://127.0.0.1:{server.server_port}/", "", look)

    assert evidence.status is FAILED


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://0.0.0.0:80/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1@example.com/",
        "http://user:secret@127.0.0.1/",
        "https://127.0.0.1/",
        "file:///etc/passwd",
        "http://[::ffff:10.0.0.1]/",
        "http://127.1/",
        "http://2130706433/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:22/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::1%25lo]/",
        "http://127.0.0.1\\@example.com/",
        "http://[broken/",
        "not a url",
    ],
)
async def test_no_other_machine_is_ever_asked(look, url, monkeypatch):
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: pytest.fail("connected"))
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("resolved"))

    assert (await HttpOk().run(url, "", look)).status is UNVERIFIED


async def test_a_head_that_never_ends_fails_within_the_limit(look, monkeypatch):
    monkeypatch.setattr("loom_verifiers.checks.http.HTTP_TIMEOUT_SECONDS", 0.3)

    async def drip(_reader, writer):
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"H")
                await writer.drain()
                await asyncio.sleep(0.05)

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(10):
            evidence = await HttpOk().run(f"http://127.0.0.1:{port}/", "", look)

    assert evidence.status is FAILED
    assert "did not end within" in evidence.detail
