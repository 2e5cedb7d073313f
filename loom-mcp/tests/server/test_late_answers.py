"""Answers that come just when the run which they are for ends."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

from mcp_site import GOAL, LIMIT_SECONDS

from loom_core import events as e
from loom_core.desk.local import LocalDesk
from loom_core.engine.owner import new_owner
from loom_core.events import Event
from loom_mcp.server.execution import Execution
from loom_mcp.server.house import House
from loom_mcp.server.rules import Rules

ASKED = e.QuestionAsked(question_id="q", question="Which?")
ANSWERED = e.QuestionAnswered(question_id="q", answer="hi", by="you")


async def test_a_task_runs_again_although_its_ended_run_seems_to_hold_it(monkeypatch):
    """The record was read before the run let go, and it is looked at afterwards."""
    runs = []
    ran_again = asyncio.Event()

    async def run(task_id):
        runs.append(task_id)
        if len(runs) == 2:
            ran_again.set()

    async def task(_task_id):
        return SimpleNamespace(owner=new_owner())

    async def answer(*_arguments, **_more):
        return "hi"

    monkeypatch.setattr(LocalDesk, "answer", answer)
    house = House(SimpleNamespace(store=SimpleNamespace(task=task), run=run))
    await house.resume("t")
    await asyncio.gather(*house._runs.values())
    await house.answer("t", "q", "hi", by="you")
    async with asyncio.timeout(LIMIT_SECONDS):
        await ran_again.wait()

    assert runs == ["t", "t"]


class Desk:
    """A desk at which a task is answered elsewhere while it stops."""

    server = ""

    def __init__(self, *bodies):
        at = datetime(2026, 11, 22, tzinfo=UTC)
        self._events = [Event(number, "t", at, body) for number, body in enumerate(bodies, 1)]
        self.resumed = []

    async def events(self, _task_id):
        return []

    async def changes(self, _task_id):
        return []

    async def resume(self, task_id):
        self.resumed.append(task_id)

    async def watch(self, _task_id, *, after):
        for event in self._events:
            yield event


class Caller:
    """A client that cannot be asked."""

    can_answer = False

    async def tell(self, _progress, _text):
        pass


async def report(desk, tmp_path):
    rules = Rules((tmp_path,), client_may_approve=False)
    async with asyncio.timeout(LIMIT_SECONDS):
        return await Execution(desk, Caller(), rules, "t").run()


async def test_a_task_that_stops_with_its_last_answer_goes_on_and_is_followed(tmp_path):
    created = e.TaskCreated(goal=GOAL, workspace=str(tmp_path))
    ended = e.TaskCompleted(summary="did it", confidence=1)
    desk = Desk(created, ASKED, ANSWERED, e.TaskWaiting(reason="asks"), ended)

    found = await report(desk, tmp_path)

    assert (found.status, desk.resumed) == ("completed", ["t"])


async def test_a_task_that_stops_without_an_answer_is_reported_as_it_stands(tmp_path):
    created = e.TaskCreated(goal=GOAL, workspace=str(tmp_path))
    desk = Desk(created, ASKED, e.TaskWaiting(reason="asks"))

    found = await report(desk, tmp_path)

    assert (found.status, desk.resumed) == ("waiting_approval", [])
