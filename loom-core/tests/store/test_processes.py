import asyncio
import signal
import subprocess
import sys

import pytest

from loom_core.errors import StaleFence, StoreBusy
from loom_core.events import NudgeSent, PlanReplaced
from loom_core.store import Entry, Store
from loom_core.types import Task

WRITER = """
import asyncio, sys
from loom_core.events import NudgeSent
from loom_core.store import Entry, Store
from loom_core.types import Task

async def main(url, task_id, count):
    store = Store.open(url)
    await store.create_task(Task(id=task_id, goal="g", workspace="/w"))
    fence = await store.claim(task_id, owner=task_id, lease_seconds=60)
    for step in range(count):
        await store.append(task_id, [Entry(NudgeSent(step=step, text="x"))] * 2, fence=fence)
    await store.close()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""

CRASHER = """
import asyncio, os, signal, sys
from loom_core.events import NudgeSent
from loom_core.store import Entry, Store
from loom_core.store.transactor import Transactor
from loom_core.types import Task

when, number = sys.argv[2], int(sys.argv[3])
commits = 0
commit = Transactor.commit

def crash(self, transaction):
    global commits
    commits += 1
    if when == "before" and commits == number:
        os.kill(os.getpid(), signal.SIGKILL)
    commit(self, transaction)
    if when == "after" and commits == number:
        os.kill(os.getpid(), signal.SIGKILL)

Transactor.commit = crash

async def main():
    store = Store.open(sys.argv[1])
    await store.create_task(Task(id="t", goal="g", workspace="/w"))
    fence = await store.claim("t", owner="me", lease_seconds=60)
    for step in range(10):
        await store.append("t", [Entry(NudgeSent(step=step, text="x"))] * 2, fence=fence)
        print(step, flush=True)

asyncio.run(main())
"""


async def test_two_stores_on_one_database_see_each_others_work(url, store, task):
    other = Store.open(url)
    await store.create_task(task)
    fence = await store.claim(task.id, owner="a", lease_seconds=0)

    taken = await other.claim(task.id, owner="b", lease_seconds=3600)
    [event] = await other.append(task.id, [Entry(NudgeSent(step=1, text="b"))], fence=taken)

    with pytest.raises(StaleFence):
        await store.append(task.id, [Entry(NudgeSent(step=1, text="a"))], fence=fence)
    with pytest.raises(StoreBusy):
        await store.claim(task.id, owner="a", lease_seconds=1)
    command = await store.request(task.id, "cancel", {})
    assert [found.id for found in await other.commands(task.id)] == [command]
    assert (await store.events(task.id))[-1] == event
    await other.close()


async def test_plan_of_another_process_is_what_decides(url, run, make_plan):
    other = Store.open(url)
    fence = await other.claim(run.task_id, owner="engine", lease_seconds=60)
    plan = PlanReplaced(plan=make_plan("second", "third", version=2), reason="r")
    await other.append(run.task_id, [Entry(plan)], fence=fence)

    again = PlanReplaced(plan=make_plan("third", version=3), reason="r")
    await run.store.append(run.task_id, [Entry(again)], fence=fence)

    assert {name: state.value for name, state in (await run.states()).items()} == {
        "first": "skipped",
        "second": "skipped",
        "third": "pending",
    }
    await other.close()


async def test_two_stores_interleave_without_gaps_or_doubles(url, store):
    other = Store.open(url)

    async def work(mine, task_id):
        await mine.create_task(Task(id=task_id, goal="g", workspace="/w"))
        fence = await mine.claim(task_id, owner=task_id, lease_seconds=60)
        for step in range(50):
            await mine.append(task_id, [Entry(NudgeSent(step=step, text="x"))], fence=fence)

    await asyncio.gather(work(store, "a"), work(other, "b"))

    events = {task_id: await store.events(task_id) for task_id in "ab"}
    assert [len(found) for found in events.values()] == [52, 52]
    sequences = sorted(event.sequence for found in events.values() for event in found)
    assert sequences == list(range(1, 105))
    in_order = sorted((e for found in events.values() for e in found), key=lambda e: e.sequence)
    assert [event.at for event in in_order] == sorted(event.at for event in in_order)
    await other.close()


@pytest.mark.slow
async def test_processes_create_and_fill_one_database_at_once(url):
    def fill(number):
        command = [sys.executable, "-c", WRITER, url, f"task-{number}", "15"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    done = await asyncio.gather(*(asyncio.to_thread(fill, number) for number in range(3)))

    assert [process.stderr for process in done] == [""] * 3
    store = Store.open(url)
    for number in range(3):
        events = await store.events(f"task-{number}")
        assert [event.body.step for event in events[2:]] == [i for i in range(15) for _ in "xx"]
    await store.close()


@pytest.mark.parametrize(
    ("when", "number", "kept"),
    [("before", 3, 0), ("after", 3, 1), ("before", 9, 6), ("after", 9, 7)],
)
async def test_killed_process_keeps_what_was_committed_and_no_half(when, number, kept, url):
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", CRASHER, url, when, str(number)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == -signal.SIGKILL
    acknowledged = len(done.stdout.split())
    store = Store.open(url)
    steps = [e.body.step for e in await store.events("t") if isinstance(e.body, NudgeSent)]
    assert steps == [step for step in range(kept) for _ in range(2)]
    assert acknowledged <= kept
    fence = await store.claim("t", owner="next", lease_seconds=1, is_alive=lambda _owner: False)
    assert await store.append("t", [Entry(NudgeSent(step=99, text="x"))], fence=fence)
    await store.close()
