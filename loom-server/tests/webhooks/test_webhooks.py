"""Whoever asked for a task is told of its end: signed, durably, and only where that is allowed."""

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager

import pytest
from loom_call import call
from server_site import GOAL, LIMIT_SECONDS, Site, done, shell, turns, write

from loom_core.errors import SettingsError
from loom_core.settings.shape import WebhookSettings
from loom_core.testing import Script
from loom_server.webhooks import courier
from loom_server.webhooks.signing import headers_of, key_of, new_secret

SECRETS = (new_secret(), new_secret())
LOCAL = WebhookSettings(secrets=SECRETS, private_hosts=("127.0.0.1",))


class Receiver:
    """An HTTP server that keeps what it is told, and answers with the statuses it is given."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.told = asyncio.Queue()
        self.url = ""

    async def answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:]) if k}
        body = await reader.readexactly(int(headers["content-length"]))
        status = self.statuses.pop(0) if self.statuses else 204
        where = "Location: http://127.0.0.1:1/\r\n" if 300 <= status < 400 else ""
        writer.write(f"HTTP/1.1 {status} x\r\n{where}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        self.told.put_nowait((lines[0], headers, body))

    async def next(self):
        async with asyncio.timeout(LIMIT_SECONDS):
            return await self.told.get()


@asynccontextmanager
async def receiving(*statuses):
    receiver = Receiver(*statuses)
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=b"
    async with server:
        yield receiver


@pytest.fixture
def site(site: Site):
    site.more = {"webhooks": LOCAL}
    return site


async def settled(client, task_id):
    """The messages of a task once none waits."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while True:
            found = (await client.get(f"/tasks/{task_id}/webhooks"))["deliveries"]
            if found and all(one["state"] != "waiting" for one in found):
                return found
            await asyncio.sleep(0.02)


def signatures(headers, body):
    """What each secret makes of a message, by the words of the standard."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in SECRETS]
    made = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys]
    return [f"v1,{one}" for one in made]


async def test_the_end_of_a_task_is_told_with_a_signature_of_each_secret(site: Site):
    async with site.serve() as client, receiving() as receiver:
        task = await client.create(site.workspace, callback_url=receiver.url)
        request, headers, body = await receiver.next()
        (delivery,) = await settled(client, task["id"])

    message = json.loads(body)
    assert request == "POST /hook?a=b HTTP/1.1"
    assert headers["webhook-signature"].split() == signatures(headers, body)
    assert message["type"] == "task.completed"
    assert (message["data"]["task_id"], message["data"]["goal"]) == (task["id"], GOAL)
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("arrived", 204, 1)


async def test_a_task_that_needs_a_human_says_so_and_a_cancel_too(site: Site):
    site.script = Script(rules=turns(shell("true"), write("hello.txt", "hi\n"), done()))
    async with site.serve() as client, receiving() as receiver:
        task = await client.create(
            site.workspace, approval_mode="manual", callback_url=receiver.url
        )
        first = json.loads((await receiver.next())[2])
        await client.http.delete(f"/tasks/{task['id']}")
        second = json.loads((await receiver.next())[2])

    assert (first["type"], second["type"]) == ("task.waiting", "task.cancelled")
    assert "approval" in first["data"]["reason"]


async def test_what_fails_is_tried_again_with_the_same_id_and_then_given_up(site, monkeypatch):
    monkeypatch.setattr(courier, "WAITS_SECONDS", (0.01,))
    monkeypatch.setattr(courier, "LOOK_SECONDS", 0.02)
    site.more = {"webhooks": LOCAL.model_copy(update={"max_attempts": 3})}
    async with site.serve() as client, receiving(500, 302, 503) as receiver:
        task = await client.create(site.workspace, callback_url=receiver.url)
        ids = {(await receiver.next())[1]["webhook-id"] for _ in range(3)}
        (given_up,) = await settled(client, task["id"])
        again = await client.http.post(f"/tasks/{task['id']}/webhooks/replay", json={})
        ids.add((await receiver.next())[1]["webhook-id"])
        (arrived,) = await settled(client, task["id"])

    assert (given_up["state"], given_up["attempts"]) == ("given_up", 3)
    assert given_up["problem"] == "answered with 503"
    assert again.json()["messages"] == 1
    assert (arrived["state"], len(ids)) == ("arrived", 1)


async def test_a_bug_with_one_message_keeps_back_no_other(site: Site, monkeypatch):
    monkeypatch.setattr(courier, "WAITS_SECONDS", (0.01,))
    monkeypatch.setattr(courier, "LOOK_SECONDS", 0.02)
    breaks = iter((True, False))
    body_of = courier.body_of

    def broken_once(*arguments):
        if next(breaks, False):
            raise ZeroDivisionError
        return body_of(*arguments)

    monkeypatch.setattr(courier, "body_of", broken_once)
    async with site.serve() as client, receiving() as receiver:
        task = await client.create(site.workspace, callback_url=receiver.url)
        await receiver.next()
        (delivery,) = await settled(client, task["id"])

    assert (delivery["state"], delivery["attempts"]) == ("arrived", 2)


async def test_a_receiver_that_is_gone_is_not_asked_again(site: Site):
    async with site.serve() as client, receiving(410) as receiver:
        task = await client.create(site.workspace, callback_url=receiver.url)
        await receiver.next()
        (delivery,) = await settled(client, task["id"])

    assert (delivery["state"], delivery["attempts"]) == ("given_up", 1)


async def test_what_a_stopped_server_did_not_tell_the_next_one_tells(site: Site, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(courier.Courier, "look", lambda _self: asyncio.sleep(0))
        async with site.serve() as client, receiving() as receiver:
            url = receiver.url
            task = await client.create(site.workspace, callback_url=url)
            await client.finished(task["id"])
    receiver = Receiver()
    port = int(url.rpartition(":")[2].partition("/")[0])
    async with await asyncio.start_server(receiver.answer, "127.0.0.1", port), site.serve():
        _, _, body = await receiver.next()

    assert json.loads(body)["type"] == "task.completed"


FORBIDDEN = [
    *("https://127.0.0.2/x", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data"),
    *("https://[::1]/", "https://[::ffff:10.0.0.1]/", "http://example.com/", "ftp://example.com/"),
    *("https://user:pw@example.com/", "https://2130706433/", "https://0x7f.1/", "not a url"),
    *("https://example.com:22/", "https://[fe80::1%25eth0]/", "https://192.168.1.1/"),
]


async def test_a_callback_that_may_not_be_reached_makes_no_task(site: Site):
    async with site.serve() as client:
        for url in FORBIDDEN:
            body = {"goal": GOAL, "workspace": str(site.workspace), "callback_url": url}
            answer = await client.http.post("/tasks", json=body)
            assert answer.status_code == 422, url
            assert "callback_url" in answer.json()["detail"]
        assert (await client.get("/tasks"))["total"] == 0


async def test_a_name_with_a_private_address_is_refused_when_it_is_looked_up(site, monkeypatch):
    monkeypatch.setattr(courier, "WAITS_SECONDS", (0.01,))
    site.more = {"webhooks": WebhookSettings(secrets=SECRETS, max_attempts=1)}
    async with site.serve() as client:
        task = await client.create(site.workspace, callback_url="https://localhost/")
        (delivery,) = await settled(client, task["id"])

    assert (delivery["state"], delivery["status"]) == ("given_up", None)
    assert "not a public address (loopback)" in delivery["problem"]


async def test_without_a_secret_nobody_can_be_told(site: Site):
    site.more = {}
    async with site.serve() as client:
        body = {"goal": GOAL, "workspace": str(site.workspace), "callback_url": "https://a.example"}
        answer = await client.http.post("/tasks", json=body)

    assert answer.status_code == 422
    assert "webhooks.secrets" in answer.json()["detail"]


def test_the_signature_is_that_of_the_standard():
    """Source: the test vector of the standard's own libraries."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = headers_of(
        [key],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
)
def test_what_is_no_secret_is_refused(secret):
    with pytest.raises(SettingsError, match="--new-secret"):
        key_of(secret)


async def test_the_command_shows_and_renews(site: Site, monkeypatch):
    monkeypatch.setenv("LOOM_HOME", str(site.home))
    async with site.serve() as client, receiving(410) as receiver:
        task = await client.create(site.workspace, callback_url=receiver.url)
        await settled(client, task["id"])
        shown = await asyncio.to_thread(call, "webhooks", "last")
        again = await asyncio.to_thread(call, "webhooks", "last", "--again")
        (arrived,) = await settled(client, task["id"])

    assert "task.completed given up 1 attempt" in shown[1]
    assert again[0] == 0, again
    assert arrived["state"] == "arrived"
