"""Server-sent events: from the beginning, from an id, of tasks that wait, run or have ended."""

import asyncio
import re

import pytest
from server_site import LIMIT_SECONDS, SAYS_HI, Site

from loom_core.engine.owner import is_alive, new_owner
from loom_core.events import HookFailed, TaskCompleted, TaskExecutionStarted
from loom_core.store import Entry, Store
from loom_core.testing import Reply, Rule, Script
from loom_core.types import Task
from loom_server.streaming import batch
from loom_server.streaming import feed as feeds
from loom_server.streaming.feed import Feed
from loom_server.streaming.frame import Frame
from loom_server.streaming.hub import Hub

SLOW = Script(rules=(Rule(reply=Reply(delay_seconds=3600)),))


async def test_a_finished_task_is_streamed_from_the_beginning_and_ends(client, site):
    task = await client.create(site.workspace)
    await client.finished(task["id"])

    events = await client.events(task["id"])

    assert events[0]["type"] == "TaskCreated"
    assert events[-1]["type"] == "TaskCompleted"
    sequences = [event["sequence"] for event in events]
    assert sequences == sorted(set(sequences))


async def test_a_stream_goes_on_from_the_id_that_was_seen_last(client, site):
    task = await client.create(site.workspace)
    every = await client.events(task["id"])

    for seen in range(len(every) - 1):
        assert await client.events(task["id"], every[seen]["sequence"]) == every[seen + 1 :]


async def test_a_client_that_has_everything_is_told_not_to_come_again(client, site):
    task = await client.create(site.workspace)
    last = (await client.events(task["id"]))[-1]["sequence"]

    for seen in (last, last + 1000):
        answer = await client.http.get(
            f"/tasks/{task['id']}/stream", headers={"Last-Event-ID": str(seen)}
        )
        assert (answer.status_code, answer.text) == (204, "")


async def test_an_id_that_is_none_is_refused(client, site):
    task = await client.create(site.workspace)

    for seen in ("-1", "x", "1.5", "9" * 30):
        answer = await client.http.get(
            f"/tasks/{task['id']}/stream", headers={"Last-Event-ID": seen}
        )
        assert answer.status_code == 422, seen


async def test_a_task_that_has_not_started_is_streamed_once_it_does(site: Site):
    site.server = site.server.model_copy(update={"max_running_tasks": 1})
    site.script = SLOW
    async with site.serve() as client:
        first = await client.create(site.workspace)
        await client.type(first["id"], "ModelCallStarted")
        second = await client.create(site.workspace)
        watching = asyncio.create_task(client.events(second["id"]))
        await client.type(second["id"], "TaskCreated")
        site.script = Script(rules=SAYS_HI)
        await client.http.delete(f"/tasks/{first['id']}")
        await client.type(second["id"], "ModelCallStarted")
        await client.http.delete(f"/tasks/{second['id']}")
        events = await watching

    assert [event["type"] for event in events][:2] == ["TaskCreated", "TaskClaimed"]
    assert events[-1]["type"] == "TaskCancelled"


async def test_what_another_process_writes_is_streamed_too(client, site):
    """The other process is another store on the same database here."""
    other = Store.open(site.home / "loom.db")
    try:
        await other.create_task(Task(id="t1", goal="g", workspace=str(site.workspace)))
        watching = asyncio.create_task(client.events("t1"))
        await client.type("t1", "TaskCreated")
        fence = await other.claim("t1", owner=new_owner(), lease_seconds=60, is_alive=is_alive)
        bodies = [TaskExecutionStarted(), TaskCompleted(summary="", confidence=1.0)]
        await other.append("t1", [Entry(body) for body in bodies], fence=fence)
        events = await watching
    finally:
        await other.close()

    types = [event["type"] for event in events]
    assert types == ["TaskCreated", "TaskClaimed", "TaskExecutionStarted", "TaskCompleted"]


async def test_a_client_that_leaves_in_the_middle_is_let_go_and_the_task_goes_on(site: Site):
    site.script = SLOW
    async with site.serve() as client:
        task = await client.create(site.workspace)
        async for event in client.live(task["id"]):
            watched = (await client.get("/health"))["streams"]
            if event["type"] == "ModelCallStarted":
                break
        async with asyncio.timeout(LIMIT_SECONDS):
            while (health := await client.get("/health"))["streams"]:
                pass

    assert watched == 1
    assert health["running"] == [task["id"]]


async def test_the_server_lets_streams_go_when_it_stops(site: Site):
    site.script = SLOW
    async with site.serve() as client:
        task = await client.create(site.workspace)
        await client.type(task["id"], "ModelCallStarted")
        types: list[str] = []
        async for event in client.live(task["id"]):
            types.append(event["type"])
            if event["type"] == "ModelCallStarted":
                site.stop()

    assert types[-1] == "ModelCallStarted"


async def test_who_comes_while_the_server_stops_is_told_so(site: Site, monkeypatch):
    hubs: list[Hub] = []

    def remembered(store):
        hubs.append(Hub(store))
        return hubs[-1]

    monkeypatch.setattr("loom_server.service.Hub", remembered)
    site.script = SLOW
    async with site.serve() as client:
        task = await client.create(site.workspace)
        await hubs[0].close()  # the first thing that a server does when it is told to stop
        answers = [
            await client.http.get(path) for path in ("/stream", f"/tasks/{task['id']}/stream")
        ]

    for answer in answers:
        assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        assert "the server is stopping" in answer.json()["detail"]


async def test_who_comes_when_there_is_no_room_is_told_so(client, site, monkeypatch):
    monkeypatch.setattr("loom_server.streaming.hub.MAX_STREAMS", 0)

    answer = await client.http.get("/stream")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "clients watch already" in answer.json()["detail"]


@pytest.fixture
async def journal(tmp_path):
    """A task on a store, under a claim."""
    store = Store.open(tmp_path / "loom.db", durability="process")
    await store.create_task(Task(id="t1", goal="g", workspace="/tmp"))
    fence = await store.claim("t1", owner="me", lease_seconds=600)
    yield store, fence
    await store.close()


def something(number):
    return Entry(HookFailed(hook="h", plugin="p", error=str(number)))


def ids(batch):
    """The sequences of the events in a batch."""
    return [int(found) for found in re.findall(rb"id: (\d+)\nevent", batch.data)]


async def test_clients_that_read_slowly_miss_nothing_and_hold_up_nobody(journal, monkeypatch):
    store, fence = journal
    monkeypatch.setattr(feeds, "KEPT_FRAMES", 20)
    monkeypatch.setattr(feeds, "PAGE", 7)
    feed = Feed(store, "t1", after=0)
    slow = ids(await feed.next(0))
    latest = 0
    for start in range(0, 300, 50):
        await store.append("t1", [something(n) for n in range(start, start + 50)], fence=fence)
        feed.wake()
        wanted = await store.newest_sequence("t1")
        while latest < wanted:  # the slow one has not read since
            latest = (await feed.next(latest)).last

    newest = await store.newest_sequence("t1")
    while slow[-1] < newest:
        slow += ids(await feed.next(slow[-1]))
    await feed.close()

    assert slow == list(range(1, newest + 1))
    assert await feed.next(0) is None


async def test_a_client_that_comes_just_when_the_server_stops_is_let_go(journal):
    hub = Hub(journal[0])
    await hub.close()

    async with asyncio.timeout(LIMIT_SECONDS), hub.watch("t1", newest=0) as feed:
        assert await feed.next(0) is None
    assert hub.streams == 0


async def test_replay_from_any_id_gives_what_comes_after_it(journal):
    store, fence = journal
    await store.append("t1", [something(n) for n in range(1000)], fence=fence)
    feed = Feed(store, "t1", after=0)
    newest = await store.newest_sequence("t1")

    for after in range(0, newest, 97):
        seen = ids(await feed.next(after))
        while seen[-1] < newest:
            seen += ids(await feed.next(seen[-1]))
        assert seen == list(range(after + 1, newest + 1))
    await feed.close()


async def test_a_client_that_reads_slowly_keeps_little_of_large_events(journal, monkeypatch):
    store, fence = journal
    size = batch.MAX_BATCH_BYTES // 10
    monkeypatch.setattr(feeds, "KEPT_BYTES", 5 * size)  # so that most come from the database
    await store.append("t1", [something("x" * size) for _ in range(25)], fence=fence)
    newest = await store.newest_sequence("t1")
    feed = Feed(store, "t1", after=0)

    pieces = [await feed.next(0)]
    while pieces[-1].last < newest:
        pieces.append(await feed.next(pieces[-1].last))
    await feed.close()

    assert [one for piece in pieces for one in ids(piece)] == list(range(1, newest + 1))
    assert max(len(piece.data) for piece in pieces) <= batch.MAX_BATCH_BYTES


@pytest.mark.parametrize(("size", "held"), [(1, 5), (10, 3), (1000, 1)])
def test_large_events_are_held_in_smaller_number(monkeypatch, size, held):
    monkeypatch.setattr(feeds, "KEPT_FRAMES", 5)
    monkeypatch.setattr(feeds, "KEPT_BYTES", 30)
    frames = [Frame(number, b"x" * size, is_last=False) for number in range(9)]

    assert feeds.newest_of(frames) == frames[-held:]


async def test_clients_that_are_equally_far_get_the_very_same_bytes(journal):
    store, fence = journal
    await store.append("t1", [something(n) for n in range(20)], fence=fence)
    feed = Feed(store, "t1", after=0)

    first, second = await feed.next(0), await feed.next(0)
    await feed.close()

    assert first.data is second.data


async def test_a_client_hears_that_the_server_lives(journal, monkeypatch):
    store, _ = journal
    monkeypatch.setattr(feeds, "KEEP_ALIVE_SECONDS", 0.0)
    monkeypatch.setattr(feeds, "POLL_SECONDS", 0.01)
    feed = Feed(store, "t1", after=await store.newest_sequence("t1"))
    newest = await store.newest_sequence("t1")

    async with asyncio.timeout(60):
        quiet = await feed.next(newest)
    await feed.close()

    assert (quiet.data, quiet.last, quiet.is_end) == (b": keep-alive\n\n", newest, False)
