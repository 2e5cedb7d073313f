import inspect
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from loom_core import events
from loom_core.errors import ErrorCategory
from loom_core.events.subtask import SampleSeen
from loom_core.store import Entry, Store
from loom_core.store.steady import Steady
from loom_core.testing.postgresql import a_postgresql_server
from loom_core.types import (
    ApprovalMode,
    ChangeKind,
    Evidence,
    FailureKind,
    FileChange,
    MemoryEntry,
    MemoryKind,
    Message,
    ModelResponse,
    ModelRole,
    Outcome,
    OutcomeStatus,
    PauseCause,
    Plan,
    Role,
    Subtask,
    Task,
    ToolCall,
    ToolResult,
    Usage,
    Verdict,
    VerdictStatus,
)
from loom_core.types.pattern import PatternKind

ODD_TEXT = 'Zeile\n"quoted" \\ \x00 \u2028 🧵 日本 </script>'


class FakeClock:
    """A time of day, and the time since a machine's start, that go only when told to."""

    def __init__(self):
        self.now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
        self.moment = Steady("this start", 1_000_000)

    def __call__(self):
        return self.now

    def steady(self):
        return self.moment

    def advance(self, seconds):
        self.now += timedelta(seconds=seconds)
        self.moment = replace(
            self.moment, microseconds=self.moment.microseconds + seconds * 1_000_000
        )

    def jump(self, seconds):
        """Somebody sets the time of day."""
        self.now += timedelta(seconds=seconds)


class Run:
    """A claimed task with two subtasks, and short ways to write to it."""

    def __init__(self, store, fence):
        self.store = store
        self.task_id = "task-1"
        self.fence = fence

    async def add(self, *bodies, subtask_id="", attempt=0):
        entries = [Entry(body, subtask_id, attempt) for body in bodies]
        return await self.store.append(self.task_id, entries, fence=self.fence)

    async def add_to_first(self, *bodies, attempt=1):
        return await self.add(*bodies, subtask_id="first", attempt=attempt)

    async def state(self):
        return (await self.store.task(self.task_id)).state

    async def states(self):
        return {row.id: row.state for row in await self.store.subtasks(self.task_id)}


def plan_of(*ids, version=1):
    subtasks = tuple(Subtask(id=name, description=f"do {name}") for name in ids)
    return Plan(subtasks=subtasks, version=version)


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "loom.db"


def pytest_generate_tests(metafunc):
    """Run what asks for a store on both databases, unless it looks into an SQLite file itself."""
    if "backend" in metafunc.fixturenames:
        own = inspect.signature(metafunc.function).parameters
        backends = ["sqlite"] if "path" in own else ["sqlite", "postgresql"]
        metafunc.parametrize("backend", backends, indirect=True)


@pytest.fixture(scope="session")
def postgresql():
    """A server for the tests of one process."""
    with a_postgresql_server(must_run=bool(os.environ.get("CI"))) as server:
        yield server


@pytest.fixture
def backend(request):
    """The kind of database."""
    return request.param


@pytest.fixture
def url(backend, path, request):
    """Where the database of a test is."""
    if backend == "sqlite":
        return str(path)
    return request.getfixturevalue("postgresql").new_database()


@pytest.fixture
async def store(url, clock):
    opened = Store.open(url, clock=clock, steady=clock.steady)
    yield opened
    await opened.close()


@pytest.fixture
def task() -> Task:
    return Task(
        id="task-1",
        goal="say hello",
        workspace="/somewhere",
        context="in German",
        approval_mode=ApprovalMode.MANUAL,
    )


@pytest.fixture
async def run(store, task):
    await store.create_task(task)
    fence = await store.claim(task.id, owner="engine", lease_seconds=60)
    run = Run(store, fence)
    await run.add(events.PlanCreated(plan=plan_of("first", "second"), source="planner"))
    return run


@pytest.fixture
def make_plan():
    return plan_of


CHANGE = FileChange(path="a/b.py", kind=ChangeKind.MODIFIED, before="1" * 64, after="2" * 64)
RESPONSE = ModelResponse(
    text=ODD_TEXT,
    reasoning="hm",
    tool_calls=(ToolCall(id="c1", name="t", arguments='{"a": 1.0}'),),
    usage=Usage(prompt_tokens=100, cached_tokens=60, completion_tokens=7, calls=1),
    model="m",
)
CALL = {"step": 3, "model": "m", "role": ModelRole.EXECUTOR}
TOOL = {"step": 4, "call_id": "c1", "tool": "write_file"}


def undo_bodies() -> Iterator[events.EventBody]:
    """What an undo and its undo say."""
    yield events.UndoStarted(changes=(CHANGE,), taken_back=((1, 0),))
    yield events.ChangesUndone(changes=(CHANGE,), taken_back=((1, 0),), left=("b.txt",))
    yield events.ChangesRedone(redoes=2, changes=(CHANGE,), taken_back=((1, 0),))


def turn_bodies() -> Iterator[events.EventBody]:
    """What is said of a session's turn."""
    yield events.TurnStarted(text=ODD_TEXT, sent=f"{ODD_TEXT} @a", seen={"a": "1"}, is_note=True)
    yield events.TurnSteered(text=ODD_TEXT)
    yield events.TurnAnswered(text=ODD_TEXT)
    yield events.TurnInterrupted(reason="Ctrl-C", partial=ODD_TEXT)
    yield events.TurnFailed(reason="the model is gone")
    yield events.SessionSummarized(summary=ODD_TEXT, kept_messages=4)


def sample_bodies() -> Iterator[events.EventBody]:
    """At least one body of every type, with odd values where they may be."""
    yield events.TaskCreated(goal=ODD_TEXT, workspace="/w")
    yield from turn_bodies()
    yield events.MemoryForgotten(entry_id=7, kind=MemoryKind.DISCOVERY)
    yield events.LessonsApplied(
        lessons=(
            events.AppliedLesson(pattern_id=3, kind=PatternKind.USER_CORRECTION, effect=ODD_TEXT),
        )
    )
    yield events.TaskClaimed(owner="engine", is_resumed=True)
    yield events.PlanningStarted()
    yield events.PlanRejected(problems=("a cycle: a, b", ODD_TEXT))
    yield events.PlanDegraded(reason="no valid plan")
    yield events.PlanPruned(removed=("x: padding",))
    yield events.PlanCreated(plan=plan_of("first", "second", version=2), source="planner")
    yield events.PlanReplaced(plan=plan_of("third", version=2), reason="r", cancelled=("first",))
    yield events.TaskExecutionStarted()
    yield events.SubtaskStarted(tier=2)
    prompt = (Message(role=Role.SYSTEM, text=ODD_TEXT),)
    yield events.PromptAssembled(model="small", dialect="native", prompt=prompt, seen={"a": "1"})
    yield events.ModelCallStarted(**CALL)
    yield events.ModelCallFinished(**CALL, response=RESPONSE)
    yield events.ModelCallFailed(**CALL, error="ModelTimeout", message="nothing came")
    yield events.ReplyRepaired(step=1, repairs=("took the first object",))
    yield events.NudgeSent(step=1, text="go on")
    yield events.InstructionDelivered(step=3, given_at=7, text=ODD_TEXT)
    yield events.ModelFailedOver(
        role=ModelRole.EXECUTOR, model="b", instead_of="a", reason="gone", error="ModelUnreachable"
    )
    yield events.ModelCameBack(role=ModelRole.EXECUTOR, model="a")
    yield events.ConversationCompacted(
        step=2,
        way="stubs",
        is_refused=False,
        tokens_before=900,
        tokens_after=400,
        results=("result:0123",),
    )
    evidence = (Evidence(check="file_exists a", status=VerdictStatus.PASSED),)
    yield events.ChecksRun(step=1, evidence=evidence)
    arguments = {"n": 1.0, "big": 10**30, "list": [None, True, -0.5, {"ü": ODD_TEXT}]}
    yield events.ToolCallStarted(**TOOL, arguments=arguments, recovery="content")
    yield events.ToolCallFinished(**TOOL, result=ToolResult(text="ok", changes=(CHANGE,)))
    yield events.ToolCallDenied(**TOOL, reason="no", by="policy")
    yield events.StepInDoubt(**TOOL, changes=(CHANGE,))
    yield events.ApprovalRequested(approval_id="a1", what="rm -r x", reason="destructive")
    yield events.ApprovalDecided(approval_id="a1", approved=True, by="terminal")
    yield events.QuestionAsked(question_id="q1", question=ODD_TEXT, options=("a", ODD_TEXT))
    yield events.QuestionAnswered(question_id="q1", answer=ODD_TEXT, by="terminal")
    yield events.OutcomeReached(outcome=Outcome(status=OutcomeStatus.COMPLETED, changes=(CHANGE,)))
    yield events.VerdictReached(verdict=Verdict(status=VerdictStatus.PASSED, verifier="d"))
    yield events.SubtaskCompleted(summary="done", confidence=0.1 + 0.2)
    yield from undo_bodies()
    yield events.AttemptRolledBack(changes=(CHANGE,), kept=("b.txt",))
    yield events.AttemptFailed(
        reason="wrong",
        failure=FailureKind.CAPABILITY,
        category=ErrorCategory.SYNTAX,
        next_step="retry",
    )
    seen = SampleSeen(attempt=2, passed=1, checks=2)
    yield events.SamplesCompared(samples=(seen, seen.model_copy(update={"attempt": 3})), chosen=0)
    yield from endings()


def endings() -> Iterator[events.EventBody]:
    """What ends a subtask or a task, or stops it for a while."""
    yield events.SubtaskFailed(reason="used up")
    yield events.SubtaskBlocked(reason="no key")
    yield events.SubtaskStalled(reason="in circles")
    yield events.SubtaskSkipped(reason="not needed")
    yield events.SubtaskParked(reason="ask", approval_id="a2")
    entry = MemoryEntry(kind=MemoryKind.DECISION, text=ODD_TEXT, tags=("a", "ü"))
    yield events.MemoryExtracted(entries=(entry,))
    yield events.ExtractionFailed(error="e")
    yield events.HookFailed(hook="loom_event", plugin="p", error="e")
    yield events.TaskWaiting(reason="ask")
    yield events.TaskPaused(reason="interrupted", cause=PauseCause.INTERRUPTED)
    yield events.InstructionGiven(text="in French, please", by="loom steer")
    yield events.TaskCompleted(summary="done", confidence=1.0)
    yield events.TaskFailed(reason="r", advice="a")
    yield events.TaskCancelled(by="user")


@pytest.fixture
def bodies() -> dict[str, events.EventBody]:
    return {type(body).__name__: body for body in sample_bodies()}
