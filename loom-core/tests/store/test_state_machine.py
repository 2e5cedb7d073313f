"""Anything that engines may do in any order: one writer at a time, nothing lost, tables as replayed."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from loom_core import events
from loom_core.errors import StoreError
from loom_core.store import Entry, Store
from loom_core.store.maintenance import check
from loom_core.store.steady import Steady
from loom_core.types import Plan, Subtask, Task, TaskState

ENGINES = st.sampled_from(["a", "b"])
NAMES = ("first", "second")
LEASE_SECONDS = 30
OF_SUBTASKS = st.sampled_from(
    [
        events.SubtaskStarted(tier=1),
        events.SubtaskCompleted(summary="done", confidence=1.0),
        events.SubtaskFailed(reason="no"),
        events.SubtaskParked(reason="ask", approval_id="x"),
        events.ApprovalDecided(approval_id="x", approved=True, by="me"),
    ]
)
OF_TASKS = st.sampled_from(
    [
        events.TaskExecutionStarted(),
        events.TaskPaused(reason="r"),
        events.TaskWaiting(reason="r"),
        events.InstructionGiven(text="t", by="me"),
        events.TaskCompleted(summary="s", confidence=0.5),
        events.TaskCancelled(by="me"),
    ]
)


class TwoEngines(RuleBasedStateMachine):
    """Two stores on one database, a clock, and what must be true whatever they do."""

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "loom.db"
        self.seconds = 1000
        self.stores = {}
        self.fences = {}
        self.held_until = 0
        self.holder = ""
        self.acknowledged = []
        self.commands = {}

    @initialize()
    def begin(self):
        for name in "ab":
            self.open(name)
        plan = Plan(subtasks=tuple(Subtask(id=name, description=name) for name in NAMES))
        self.do("a", "create_task", Task(id="t", goal="g", workspace="/w"))
        self.claim("a")
        self.append("a", [Entry(events.PlanCreated(plan=plan, source="planner"))])

    def open(self, name):
        self.stores[name] = self.runner.run(self.opened())

    async def opened(self):
        return Store.open(self.path, steady=lambda: Steady("one", self.seconds * 1_000_000))

    def do(self, name, act, *arguments, **named):
        """What a store answers, or None when it refuses."""

        async def call():
            try:
                return await getattr(self.stores[name], act)(*arguments, **named)
            except StoreError:
                return None

        return self.runner.run(call())

    def append(self, name, entries, **named):
        written = self.do(name, "append", "t", entries, fence=self.fences.get(name, 0), **named)
        if written is not None:
            assert self.holder == name, "somebody wrote without holding the task"
            self.acknowledged += [event.sequence for event in written]
        return written

    @rule(name=ENGINES)
    def claim(self, name):
        is_over = self.state().is_terminal
        is_free = not self.holder or self.seconds >= self.held_until or self.holder == name
        fence = self.do(name, "claim", "t", owner=name, lease_seconds=LEASE_SECONDS)
        assert (fence is not None) is (is_free and not is_over)
        if fence is not None:
            assert fence > max(self.fences.values(), default=0)
            self.fences[name], self.holder = fence, name
            self.held_until = self.seconds + LEASE_SECONDS

    @rule(name=ENGINES)
    def renew(self, name):
        if self.fences.get(name):
            self.do(name, "renew", "t", fence=self.fences[name], lease_seconds=LEASE_SECONDS)
            if self.holder == name:
                self.held_until = self.seconds + LEASE_SECONDS

    @rule(name=ENGINES)
    def release(self, name):
        if self.fences.get(name):
            self.do(name, "release", "t", fence=self.fences[name])
            self.holder = "" if self.holder == name else self.holder

    @rule(name=ENGINES, bodies=st.lists(st.tuples(st.sampled_from(NAMES), OF_SUBTASKS), max_size=3))
    def work(self, name, bodies):
        self.append(name, [Entry(body, subtask, 1) for subtask, body in bodies])

    @rule(name=ENGINES, body=OF_TASKS)
    def move(self, name, body):
        self.append(name, [Entry(body)])

    @rule(name=ENGINES)
    def ask(self, name):
        command = self.do(name, "request", "t", "pause", {})
        if command is not None:
            self.commands[command] = False

    @rule(name=ENGINES, data=st.data())
    def obey(self, name, data):
        waiting = [command for command, is_settled in self.commands.items() if not is_settled]
        if waiting:
            command = data.draw(st.sampled_from(waiting))
            paused = [Entry(events.TaskPaused(reason="asked"))]
            if self.append(name, paused, settles=[command]) is not None:
                self.commands[command] = True

    @rule(seconds=st.sampled_from([1, LEASE_SECONDS]))
    def wait(self, seconds):
        self.seconds += seconds

    @rule(name=ENGINES)
    def restart(self, name):
        self.runner.run(self.stores[name].close())
        self.open(name)

    @invariant()
    def nothing_is_lost(self):
        if self.stores:
            found = [event.sequence for event in self.do("b", "events", "t")]
            assert set(self.acknowledged) <= set(found)
            assert found == list(range(1, len(found) + 1))
            left = [command.id for command in self.do("a", "commands", "t")]
            assert left == [
                command for command, is_settled in self.commands.items() if not is_settled
            ]

    def state(self):
        record = self.do("b", "task", "t")
        return record.state if record else TaskState.PENDING

    def teardown(self):
        for store in self.stores.values():
            self.runner.run(store.close())
        if self.stores:
            assert check(self.path) == []
        self.runner.close()
        self.directory.cleanup()


TestTwoEngines = TwoEngines.TestCase
TestTwoEngines.settings = settings(
    max_examples=6,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestTwoEngines = pytest.mark.slow(TestTwoEngines)
