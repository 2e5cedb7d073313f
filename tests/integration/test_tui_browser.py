"""``loom tui --serve``: only the browser that opened the one-time link sees and types anything."""

import asyncio
import signal
import subprocess
from urllib.parse import urlsplit

import aiohttp
import pytest
from scenario import LIMIT_SECONDS

from loom_core.testing import Reply, Rule

pytestmark = pytest.mark.slow


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Served:
    """A running ``loom tui --serve`` and the link that it printed."""

    def __init__(self, place):
        place.serve(Rule(reply=Reply(text="That is all.")))
        self.process = place.start(
            "tui", "--serve", "-w", place.workspace, stderr=subprocess.DEVNULL
        )
        self.link = self.process.stdout.readline().split()[-1]
        parts = urlsplit(self.link)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.origin = {"Origin": self.base}


@pytest.fixture
def served(place):
    made = Served(place)
    yield made
    made.process.send_signal(signal.SIGINT)
    assert made.process.wait(LIMIT_SECONDS) == 0
    made.process.stdout.close()
    made.process.stdout = None


async def status(client, url, **headers):
    async with client.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status


async def read_until(socket, text):
    shown = ""
    async with asyncio.timeout(LIMIT_SECONDS * 3):
        while text not in shown:
            message = await socket.receive()
            assert message.type in {aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT}, shown
            data = message.data
            shown += data.decode(errors="replace") if isinstance(data, bytes) else data
    return shown


async def test_link_opens_one_browser_and_a_turn_runs_in_it(served, place):
    base = served.base
    jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address
    async with aiohttp.ClientSession() as stranger, aiohttp.ClientSession(cookie_jar=jar) as owner:
        assert await status(stranger, f"{base}/") == 401
        assert await status(stranger, f"{base}/static/js/textual.js") == 401
        assert await status(stranger, f"{base}/open?code=guess") == 401
        assert await status(owner, served.link) == 303
        assert await status(stranger, served.link) == 401  # it was used
        assert await status(owner, f"{base}/") == 200
        for headers in (
            {"Host": "evil.example"},
            {"Origin": "http://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            assert await status(owner, f"{base}/", **headers) == 403
        for who, headers in ((stranger, served.origin), (owner, {}), (owner, {"Origin": "null"})):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await who.ws_connect(f"{base}/ws", headers=headers)
        async with owner.get(f"{base}/") as page:
            assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
            assert page.headers["Cache-Control"] == "no-store"

        address = f"{base}/ws?width=100&height=30"
        async with owner.ws_connect(address, headers=served.origin) as socket:
            await read_until(socket, "F1 keys")
            await socket.send_json(["stdin", "hello\r"])
            await read_until(socket, "That is all.")
            await socket.send_json(["stdin", "\x11"])  # Ctrl+Q
            async with asyncio.timeout(LIMIT_SECONDS):
                while not socket.closed:
                    await socket.receive()

    port = base.rpartition(":")[2]
    ended = await asyncio.to_thread(place.finish, place.start("tui", "--serve", "--port", port))

    assert ended.code == 2
    assert "name another: --port" in ended.stderr
