"""The screen before there is a session: what is sent waits, and without a session the screen goes."""

import threading
from contextlib import asynccontextmanager

import pytest

from loom_core.errors import ModelUnavailable
from loom_tui.app import LoomApp
from loom_tui.screens.picker import Choice, Picker


class FakeRoom:
    """A session that keeps what it is given."""

    is_busy = False

    def __init__(self):
        self.taken = []
        self.has_stopped = False

    def take(self, text):
        self.taken.append(text)

    async def stop_work(self):
        self.has_stopped = True


class Opening:
    """Opens a room when it is let."""

    def __init__(self, problem=None):
        self.room = FakeRoom()
        self.may_load = threading.Event()
        self.problem = problem

    def load(self):
        assert self.may_load.wait(60)
        return self.open

    @asynccontextmanager
    async def open(self, app):
        if self.problem is not None:
            raise self.problem
        yield self.room


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def until(pilot, holds):
    while not holds():
        await pilot.pause(0.01)


async def test_what_is_sent_early_waits_for_the_session_in_order():
    opening = Opening()
    app = LoomApp(opening.load)
    async with app.run_test() as pilot:
        await pilot.press(*"one", "enter", *"two", "enter")
        assert opening.room.taken == []
        opening.may_load.set()
        await until(pilot, lambda: app.room is not None)
        await pilot.press(*"three", "enter")
        await app.end()

    assert opening.room.taken == ["one", "two", "three"]
    assert opening.room.has_stopped


async def test_screen_goes_with_the_reason_where_no_session_can_be_had():
    opening = Opening(ModelUnavailable("no model"))
    app = LoomApp(opening.load)
    async with app.run_test() as pilot:
        opening.may_load.set()
        await until(pilot, lambda: not app.is_running)

    with pytest.raises(ModelUnavailable, match="no model"):
        await app.end()


async def test_who_leaves_early_leaves_nothing_open():
    opening = Opening()
    app = LoomApp(opening.load)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    await app.end()
    opening.may_load.set()

    assert app.room is None


async def test_a_question_can_be_asked_before_there_is_a_session():
    opening = Opening()
    app = LoomApp(opening.load)
    answers = []

    async def ask():
        choices = [Choice("yes", "yes"), Choice("no", "no")]
        answers.append(await app.dialogues.ask(Picker("Fetch it?", choices)))

    async with app.run_test() as pilot:
        app.run_worker(ask())
        await until(
            pilot, lambda: isinstance(app.screen, Picker) and app.screen.focused is not None
        )
        await pilot.press(*"no", "enter")
        await until(pilot, lambda: answers)
        opening.may_load.set()
        await app.end()

    assert answers == ["no"]
