"""Running ``loom`` in process, with what it wrote and the code that it left with."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from loom_core.cli.main import main
from loom_core.cli.session import EngineOptions, Session
from loom_core.events import Event, EventBody
from loom_core.store import Entry, Store
from loom_core.types import ApprovalMode, Task

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Finished:
    """How a call of ``loom`` ended."""

    code: int
    stdout: str
    stderr: str


RunLoom = Callable[..., Finished]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home and a current directory of its own, away from the user's."""
    directory = tmp_path / "home"
    monkeypatch.setenv("LOOM_HOME", str(directory))
    monkeypatch.delenv("LOOM_DEBUG", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return directory


@pytest.fixture
def run_loom(home: Path) -> RunLoom:
    """Call ``loom`` with arguments."""

    def run(*arguments: str, session: Session | None = None, stdin: str | None = None) -> Finished:
        runner = CliRunner(env={"COLUMNS": "100"})
        with runner.isolation(input=stdin) as (stdout, stderr, _), pytest.raises(SystemExit) as end:
            main(list(arguments), session=session)
        code = end.value.code
        assert isinstance(code, int)
        return Finished(code, stdout.getvalue().decode(), stderr.getvalue().decode())

    return run


class EventMaker:
    """Makes the events of a task, one second apart."""

    def __init__(self) -> None:
        self._sequences = count(1)

    def __call__(self, body: EventBody, subtask_id: str = "", attempt: int = 0) -> Event:
        sequence = next(self._sequences)
        at = START + timedelta(seconds=sequence)
        return Event(sequence, "t1", at, body, subtask_id, attempt)


@pytest.fixture
def event() -> EventMaker:
    """Makes events in order."""
    return EventMaker()


Act = Callable[[Store, str, int], Awaitable[None]]
"""What a fake engine does with a claimed task: store, task id, fence."""


class FakeLoom:
    """An engine that appends what a test says, on a real store."""

    def __init__(self, store: Store, options: EngineOptions, act: Act) -> None:
        self.store = store
        self.options = options
        self._act = act

    async def create(
        self,
        goal: str,
        *,
        workspace: Path,
        context: str = "",
        approval_mode: ApprovalMode | None = None,
        idempotency_key: str = "",
    ) -> Task:
        task = Task(
            id="t1",
            goal=goal,
            workspace=str(workspace),
            context=context,
            approval_mode=approval_mode or ApprovalMode.AUTO,
        )
        await self.store.create_task(task)
        return task

    async def run(self, task_id: str) -> None:
        fence = await self.store.claim(task_id, owner="fake", lease_seconds=30)
        try:
            await self._act(self.store, task_id, fence)
        finally:
            await asyncio.shield(self.store.release(task_id, fence=fence))


class FakeSession(Session):
    """A session whose engine is a fake; settings and store are real."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self._act = act
        self.options: EngineOptions | None = None
        self.create: Callable[..., Awaitable[Task]] | None = None

    @asynccontextmanager
    async def build_loom(self, options: EngineOptions):
        self.options = options
        async with self.open_store() as store:
            loom = FakeLoom(store, options, self._act)
            loom.create = self.create or loom.create
            yield loom


def entries(*items: EventBody | tuple[EventBody, str, int]) -> list[Entry]:
    """Entries of bodies alone or with subtask and attempt."""
    return [Entry(*item) if isinstance(item, tuple) else Entry(item) for item in items]


@pytest.fixture
def engine() -> Callable[..., FakeSession]:
    """Make a session whose engine appends these bodies, in order."""

    def make(*items: EventBody | tuple[EventBody, str, int]) -> FakeSession:
        async def act(store: Store, task_id: str, fence: int) -> None:
            await store.append(task_id, entries(*items), fence=fence)

        return FakeSession(act)

    return make
