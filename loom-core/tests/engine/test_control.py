"""What other processes ask of a running task, also while the database is busy."""

import asyncio
from datetime import UTC, datetime

import pytest

from loom_core.engine import control as control_module
from loom_core.engine.control import CANCEL, Control
from loom_core.engine.human.answering import ANSWER
from loom_core.errors import StoreBusy
from loom_core.events import QuestionAnswered
from loom_core.store import Command


class Commands:
    """A store that gives out its commands once."""

    def __init__(self, *commands):
        self.left = list(commands)

    async def take_commands(self, task_id, *, fence):
        given, self.left = self.left, []
        return given


def command(number, kind, payload):
    return Command(id=number, task_id="t", kind=kind, payload=payload, created_at=datetime.now(UTC))


@pytest.fixture
def heard(monkeypatch):
    """Runs a control until it has heard every command, with answers that meet trouble."""
    monkeypatch.setattr(control_module, "POLL_SECONDS", 0.001)

    async def run(*commands, troubles=()):
        said, left = [], list(troubles)
        is_heard = asyncio.Event()

        def note(text):
            said.append(text)
            if len(said) == len(commands):
                is_heard.set()

        async def answer(given, subtask_id):
            if left:
                raise left.pop(0)
            note(given.answer)

        def cancel(by):
            note(f"cancel by {by}")

        watching = asyncio.create_task(
            Control(Commands(*commands), "t", fence=1, cancel=cancel, answer=answer).watch()
        )
        async with asyncio.timeout(5):
            await is_heard.wait()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return said

    return run


async def test_an_answer_that_met_a_busy_database_is_taken_again_and_nothing_behind_it_is_lost(
    heard,
):
    body = QuestionAnswered(question_id="q", answer="blue", by="user")
    payload = {"type": "QuestionAnswered", "subtask_id": "a", "body": body.model_dump(mode="json")}

    said = await heard(
        command(1, ANSWER, payload),
        command(2, CANCEL, {"by": "user"}),
        troubles=[StoreBusy("busy"), StoreBusy("busy")],
    )

    assert said == ["cancel by user", "blue"]
