"""Ctrl-C on a real terminal, in a real process."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each test starts a process that loads the whole engine

PROGRAM = """
import asyncio, sys
from contextlib import asynccontextmanager
from loom_core import events as e
from loom_core.cli.main import main
from loom_core.cli.session import Session
from loom_core.contracts.context import PendingCall
from loom_core.contracts.tool import Intent, Risk
from loom_core.store import Entry
from loom_core.types import Task

class Loom:
    def __init__(self, store, options):
        self.store, self.options = store, options
    async def create(self, goal, *, workspace, context, approval_mode, idempotency_key):
        task = Task(id="t1", goal=goal, workspace=str(workspace))
        await self.store.create_task(task)
        return task
    async def run(self, task_id):
        fence = await self.store.claim(task_id, owner="x", lease_seconds=30)
        await self.store.append(task_id, [Entry(e.PlanningStarted())], fence=fence)
        try:
            if sys.argv[1] == "ask":
                intent = Intent(preview="rm -rf build", reason="it deletes")
                call = PendingCall("shell", {}, Risk.EXECUTE, intent, "", "it deletes")
                answer = await self.options.ask(call)
                said = answer.approved if answer else "nobody"
                done = e.TaskCompleted(summary=f"approved: {said}", confidence=1)
                await self.store.append(task_id, [Entry(done)], fence=fence)
            else:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            if sys.argv[1] == "stubborn":
                await asyncio.Event().wait()
            await self.store.append(
                task_id, [Entry(e.TaskPaused(reason="interrupted"))], fence=fence
            )
            raise
        finally:
            await self.store.release(task_id, fence=fence)

class Fake(Session):
    @asynccontextmanager
    async def build_loom(self, options):
        async with self.open_store() as store:
            yield Loom(store, options)

main(["run", "Do it", *sys.argv[2:]], session=Fake())
"""
LIMIT_SECONDS = 30


class Terminal:
    """``loom run`` on a pseudo-terminal of its own."""

    def __init__(self, mode: str, home: Path, *arguments: str) -> None:
        self._own, other = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, mode, *arguments],
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            env={**os.environ, "LOOM_HOME": str(home), "TERM": "xterm", "COLUMNS": "80"},
        )
        os.close(other)

    def wait_for(self, text: str) -> None:
        """Read until the text was shown."""
        end = time.monotonic() + LIMIT_SECONDS
        while text not in self.shown:
            ready, _, _ = select.select([self._own], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"never saw {text!r} in {self.shown!r}"
            try:
                self.shown += os.read(self._own, 65536).decode()
            except OSError:
                raise AssertionError(f"it ended without {text!r}: {self.shown!r}") from None

    def type(self, text: str) -> None:
        """Type on the terminal."""
        os.write(self._own, text.encode())

    def interrupt(self) -> None:
        """Do what a terminal does for Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def close(self) -> None:
        """End it if it still runs."""
        self.process.kill()
        self.process.wait(LIMIT_SECONDS)
        os.close(self._own)


@pytest.fixture
def terminal(tmp_path):
    """Start ``loom run`` on a terminal; all of them end with the test."""
    started: list[Terminal] = []

    def start(mode: str, *arguments: str) -> Terminal:
        started.append(Terminal(mode, tmp_path / "home", "-w", str(tmp_path / "w"), *arguments))
        return started[-1]

    yield start
    for item in started:
        item.close()


def test_ctrl_c_leaves_a_resumable_task_and_says_how(terminal):
    running = terminal("wait")
    running.wait_for("planning")

    running.interrupt()

    running.wait_for("loom run --resume t1")
    assert running.process.wait(LIMIT_SECONDS) == 130
    assert "stopping so that the task can be resumed" in running.shown
    assert "Traceback" not in running.shown
    assert "\x1b" not in re.sub(r"\x1b\[(2K|\d*(;\d+)*m)", "", running.shown)


def test_a_second_ctrl_c_ends_the_process(terminal):
    running = terminal("stubborn")
    running.wait_for("planning")
    running.interrupt()
    running.wait_for("stopping")

    running.interrupt()

    assert running.process.wait(LIMIT_SECONDS) == -signal.SIGINT


def test_a_status_line_shows_that_work_goes_on(terminal):
    running = terminal("wait")

    running.wait_for("0/0 subtasks")
    running.wait_for("\r\x1b[2K")


def test_an_approval_is_asked_on_the_terminal(terminal):
    running = terminal("ask")
    running.wait_for("[y]es once")
    assert "rm -rf build" in running.shown

    running.type("y\n")

    running.wait_for("Completed")
    assert running.process.wait(LIMIT_SECONDS) == 0


def test_the_end_of_input_is_no_yes(terminal):
    running = terminal("ask", "--json")
    running.wait_for("[y]es once")

    running.type("\x04")

    running.wait_for("approved: nobody")


def test_ctrl_c_at_a_question_stops_the_run(terminal):
    running = terminal("ask")
    running.wait_for("[y]es once")

    running.interrupt()

    running.wait_for("loom run --resume t1")
    assert running.process.wait(LIMIT_SECONDS) == 130
