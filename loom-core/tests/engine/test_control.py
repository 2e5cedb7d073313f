"""What other processes ask of a running task, also while the database is busy."""

import asyncio
from datetime import UTC, datetime

import pytest

from loom_core.engine import control as control_module
from loom_core.engine.control import CANCEL, PAUSE, RESUME, Control
from loom_core.engine.human.answering import ANSWER
from loom_core.errors import StoreBusy
from loom_core.events import QuestionAnswered
from loom_core.store import Command


class Commands:
    """A store with commands that stay until they are settled."""

    def __init__(self, *commands):
        self.left = {command.id: command for command in commands}
        self.are_settled = asyncio.Event()
        """No command is left that the event of its effect does not settle."""

    async def commands(self, task_id):
        return list(self.left.values())

    async def settle(self, task_id, command_ids, *, fence):
        for number in command_ids:
            del self.left[number]
        if not any(command.kind in {ANSWER, RESUME} for command in self.left.values()):
            self.are_settled.set()


class Acts:
    """What a run does when it is commanded, noted; answers meet trouble first."""

    def __init__(self, wanted, troubles):
        self.said = []
        self.is_heard = asyncio.Event()
        self._wanted = wanted
        self._troubles = list(troubles)

    def _note(self, text):
        self.said.append(text)
        if len(self.said) == self._wanted:
            self.is_heard.set()

    def cancel(self, command):
        self._note(f"cancel by {command.payload['by']}")

    def pause(self, command):
        self._note("pause")

    def resume(self):
        self._note("resume")
        return [1]

    async def steer(self, command):
        self._note(command.payload["text"])

    async def answer(self, given, subtask_id):
        if self._troubles:
            raise self._troubles.pop(0)
        self._note(given.answer)

    async def is_journalled(self, answer):
        return answer.answer in self.said


def command(number, kind, payload):
    return Command(id=number, task_id="t", kind=kind, payload=payload, created_at=datetime.now(UTC))


@pytest.fixture
def heard(monkeypatch):
    """Runs a control until it has heard every command; gives what was heard, and what is left."""
    monkeypatch.setattr(control_module, "POLL_SECONDS", 0.001)

    async def run(*commands, troubles=()):
        store, acts = Commands(*commands), Acts(len(commands), troubles)
        watching = asyncio.create_task(Control(store, "t", fence=1, acts=acts).watch())
        async with asyncio.timeout(5):
            await acts.is_heard.wait()
            await store.are_settled.wait()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return acts.said, list(store.left)

    return run


async def test_an_answer_that_met_a_busy_database_is_taken_again_and_nothing_behind_it_is_lost(
    heard,
):
    body = QuestionAnswered(question_id="q", answer="blue", by="user")
    payload = {"type": "QuestionAnswered", "subtask_id": "a", "body": body.model_dump(mode="json")}

    said, left = await heard(
        command(1, ANSWER, payload),
        command(2, CANCEL, {"by": "user"}),
        troubles=[StoreBusy("busy"), StoreBusy("busy")],
    )

    assert said == ["cancel by user", "blue"]
    assert left == [2]  # the event that ends the task settles it


async def test_a_resume_settles_itself_and_the_pause_that_it_takes_back(heard):
    said, left = await heard(command(1, PAUSE, {}), command(2, RESUME, {}))

    assert (said, left) == (["pause", "resume"], [])
