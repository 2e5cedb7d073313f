"""One tool call: what an approval is bound to, and what is kept of a call that is stopped."""

import asyncio

import pytest
from pydantic import BaseModel

from loom_core import events as e
from loom_core.contracts.tool import Happened, Intent, Probe, Risk, Tool, ToolContext
from loom_core.engine.calls.call_results import IN_DOUBT
from loom_core.engine.calls.tool_call import ToolCallRun
from loom_core.engine.changes.watching import turn_of
from loom_core.engine.journal import StepJournal
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.sandbox import UnconfinedSandbox
from loom_core.store import Entry, Store
from loom_core.types import ChangeKind, Decision, FileChange, Plan, Subtask, Task, ToolResult
from loom_core.workspace import BlobStore, Workspace

MADE = FileChange(path="made", kind=ChangeKind.CREATED, after="1")


class Nothing(BaseModel):
    """No arguments."""


class Stepper(Tool[Nothing]):
    """Works on a content that others may change; may run until it is cancelled."""

    name = "stepper"
    purpose = "for tests"
    arguments_model = Nothing
    risk = Risk.EXECUTE

    def __init__(self, *, is_endless=False):
        self.content = "old"
        self.is_endless = is_endless
        self.running = asyncio.Event()

    async def intend(self, arguments, context):
        if self.content is None:
            raise ToolFailed("it is gone", ErrorCategory.NOT_FOUND)
        return Intent(preview=f"-{self.content}")

    async def run(self, arguments, context):
        self.running.set()
        try:
            if self.is_endless:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            context.stopped = ToolResult(
                text="Error: stopped",
                is_error=True,
                category=ErrorCategory.TIMEOUT,
                changes=(MADE,),
            )
            raise
        return ToolResult(text="done")


@pytest.fixture
def workspace(tmp_path):
    root = tmp_path / "work"
    root.mkdir()
    return Workspace(root, blobs=BlobStore(tmp_path / "blobs"))


@pytest.fixture
async def store(tmp_path):
    opened = Store.open(tmp_path / "loom.db")
    await opened.create_task(Task(id="t1", goal="g", workspace="/w"))
    yield opened
    await opened.close()


@pytest.fixture
async def journal(store):
    fence = await store.claim("t1", owner="me", lease_seconds=60)
    plan = Plan(subtasks=(Subtask(id="a", description="a"), Subtask(id="b", description="b")))
    await store.append("t1", [Entry(e.PlanCreated(plan=plan, source="p"))], fence=fence)
    return StepJournal(store, "t1", fence=fence, subtask_id="a", attempt=1)


@pytest.fixture
def call(journal, workspace):
    """Makes a call of a tool with somebody who approves."""

    def make(tool, approve):
        context = ToolContext("t1", "a", workspace, None, {})
        return ToolCallRun(tool, context, journal, approve)

    return make


async def yes(_call):
    return Decision(approved=True)


async def told(store):
    return [event.body for event in await store.events("t1", subtask_id="a", attempt=1)]


async def test_what_was_approved_runs(call):
    tool = Stepper()

    assert (await call(tool, yes).run(1, "c", {})).text == "done"


@pytest.mark.parametrize(
    ("content", "said"), [("new", "changed while the approval was asked for"), (None, "it is gone")]
)
async def test_nothing_runs_when_it_is_no_longer_what_was_approved(call, store, content, said):
    tool = Stepper()

    async def change_and_approve(_call):
        tool.content = content
        return Decision(approved=True, by="terminal")

    result = await call(tool, change_and_approve).run(1, "c", {})

    assert result.is_error
    assert said in result.text
    assert not tool.running.is_set()
    assert [type(body) for body in await told(store)] == [e.ToolCallFinished]


async def test_what_changed_while_a_call_waited_for_its_turn_counts_too(call, store, workspace):
    tool = Stepper()
    async with turn_of(workspace):
        waiting = asyncio.create_task(call(tool, yes).run(1, "c", {}))
        for _ in range(20):
            await asyncio.sleep(0)
        tool.content = "new"
    result = await waiting

    assert "changed while the approval was asked for" in result.text
    assert not tool.running.is_set()


async def test_what_a_cancelled_call_changed_is_journalled(call, store):
    tool = Stepper(is_endless=True)
    own = call(tool, yes)
    running = asyncio.create_task(own.run(1, "c", {}))
    await asyncio.wait_for(tool.running.wait(), 5)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    started, finished = await told(store)
    assert isinstance(started, e.ToolCallStarted)
    assert finished.result.is_error
    assert finished.result.changes == (MADE.model_copy(update={"by_command": True}),)
    assert finished.result.facts == {IN_DOUBT: True}
    assert own.stopped == finished.result


async def test_a_call_over_its_limit_keeps_its_changes(call):
    tool = Stepper(is_endless=True)
    tool.timeout_seconds = 0.01

    result = await call(tool, yes).run(1, "c", {})

    assert result.category is ErrorCategory.TIMEOUT
    assert [change.path for change in result.changes] == ["made"]


class Toucher(Stepper):
    """Changes files and reports nothing, like a plugin that does not know better."""

    async def run(self, arguments, context):
        (context.workspace.root / "silent").write_text("x")
        self.running.set()
        if self.is_endless:
            await asyncio.Event().wait()
        return ToolResult(text="done")


async def test_what_a_tool_does_not_report_is_found(call, workspace):
    result = await call(Toucher(), yes).run(1, "c", {})

    assert [(change.path, change.by_command) for change in result.changes] == [("silent", True)]
    assert result.text == "done\nFiles: silent (created)"
    assert workspace.kept(("t1", "a", 1, 1)) is None


async def test_what_a_stopped_tool_does_not_report_is_found(call, store):
    tool = Toucher(is_endless=True)
    running = asyncio.create_task(call(tool, yes).run(1, "c", {}))
    await asyncio.wait_for(tool.running.wait(), 5)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    _, finished = await told(store)
    assert [change.path for change in finished.result.changes] == ["silent"]
    assert finished.result.facts == {IN_DOUBT: True}


async def test_what_an_interrupted_call_changed_is_found_after_a_crash(call, store, workspace):
    tool = Toucher(is_endless=True)
    crashed = asyncio.create_task(call(tool, yes).run(1, "c", {}))
    await asyncio.wait_for(tool.running.wait(), 5)
    events = await store.events("t1")
    kept = workspace.kept(("t1", "a", 1, 1))
    crashed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashed
    workspace.keep(kept, ("t1", "a", 1, 1))
    journal = StepJournal(store, "t1", fence=1, subtask_id="a", attempt=1, recorded=events)
    own = ToolCallRun(tool, ToolContext("t1", "a", workspace, None, {}), journal, yes)

    result = await own.run(1, "c", {})

    assert result.facts == {IN_DOUBT: True}
    assert [change.path for change in result.changes] == ["silent"]
    assert "Files: silent (created)" in result.text
    assert isinstance((await told(store))[-1], e.StepInDoubt)
    assert workspace.kept(("t1", "a", 1, 1)) is None


class Repeatable(Toucher):
    """Can tell after a crash that a call did not happen."""

    async def probe(self, arguments, facts, context):
        return Probe(Happened.NOT_YET)


async def interrupted_call(call, store, workspace, tool, *, changed=()):
    """A call that a crash cut off, taken up by the next process; others changed something meanwhile."""
    crashed = asyncio.create_task(call(Toucher(is_endless=True), yes).run(1, "c", {}))
    async with asyncio.timeout(5):
        while not (workspace.root / "silent").exists():  # noqa: ASYNC110 - a tool makes it
            await asyncio.sleep(0.01)
    events = await store.events("t1")
    kept = workspace.kept(("t1", "a", 1, 1))
    crashed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await crashed
    (workspace.root / "silent").unlink()
    workspace.keep(kept, ("t1", "a", 1, 1))
    if changed:
        result = ToolResult(text="", changes=changed)
        body = e.ToolCallFinished(step=1, call_id="o", tool="write_file", result=result)
        await store.append("t1", [Entry(body, "b", 1)], fence=1)
    journal = StepJournal(store, "t1", fence=1, subtask_id="a", attempt=1, recorded=events)
    reopened = Workspace(workspace.root, blobs=workspace.blobs)
    return ToolCallRun(tool, ToolContext("t1", "a", reopened, None, {}), journal, yes), reopened


async def test_a_call_that_runs_again_is_not_credited_with_the_changes_of_others(
    call, store, workspace
):
    theirs = workspace.write("theirs", b"x")
    (workspace.root / "theirs").unlink()
    own, _ = await interrupted_call(call, store, workspace, Repeatable(), changed=(theirs,))
    (workspace.root / "theirs").write_bytes(b"x")

    result = await own.run(1, "c", {})

    assert [change.path for change in result.changes] == ["silent"]


async def test_a_call_that_runs_again_waits_for_its_turn(call, store, workspace):
    tool = Repeatable()
    own, reopened = await interrupted_call(call, store, workspace, tool)

    async with turn_of(reopened):
        running = asyncio.create_task(own.run(1, "c", {}))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(tool.running.wait(), 0.2)

    assert (await running).text == "done\nFiles: silent (created)"


async def test_a_call_whose_look_was_lost_is_watched_when_it_runs_again(call, store, workspace):
    own, reopened = await interrupted_call(call, store, workspace, Repeatable())
    reopened.forget(("t1", "a", 1, 1))

    result = await own.run(1, "c", {})

    assert [change.path for change in result.changes] == ["silent"]


class Looker(Toucher):
    """Says of its calls that they change nothing."""

    async def intend(self, arguments, context):
        return Intent(preview="look", changes_nothing=True)

    async def run(self, arguments, context):
        self.running.set()
        return ToolResult(text="looked")


async def test_a_call_that_changes_nothing_takes_no_turn_and_no_look(
    call, journal, store, workspace
):
    async with turn_of(workspace):
        result = await call(Looker(), yes).run(1, "c", {})
    await journal.commit()

    started, finished = await told(store)
    assert result.text == "looked"
    assert not started.has_effect
    assert not finished.has_effect


async def test_a_call_that_changes_nothing_simply_runs_again_after_a_crash(
    journal, store, workspace
):
    started = e.ToolCallStarted(step=1, call_id="c", tool="stepper", arguments={}, recovery="pure")
    await journal.commit(started)
    events = await store.events("t1")
    resumed = StepJournal(store, "t1", fence=1, subtask_id="a", attempt=1, recorded=events)
    own = ToolCallRun(Looker(), ToolContext("t1", "a", workspace, None, {}), resumed, yes)

    async with turn_of(workspace):
        result = await own.run(1, "c", {})

    assert result.text == "looked"


async def test_a_stopped_command_that_changed_nothing_is_in_doubt(call, store):
    class Waiter(Stepper):
        async def run(self, arguments, context):
            self.running.set()
            await asyncio.Event().wait()

    tool = Waiter()
    running = asyncio.create_task(call(tool, yes).run(1, "c", {}))
    await asyncio.wait_for(tool.running.wait(), 5)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    _, finished = await told(store)
    assert finished.result.text == (
        "Error: stepper was stopped before its end. Look before you act again."
    )
    assert finished.result.facts == {IN_DOUBT: True}


async def test_a_tool_runs_by_the_facts_of_its_intent(call):
    class Knower(Stepper):
        async def intend(self, arguments, context):
            assert context.intended == {}
            return Intent(preview="p", facts={"may": True})

        async def run(self, arguments, context):
            return ToolResult(text=str(context.intended))

    assert (await call(Knower(), yes).run(1, "c", {})).text == "{'may': True}"


async def test_an_approval_is_bound_to_every_host_that_a_command_may_reach(journal, workspace):
    asked = []

    async def note(call):
        asked.append(call.digest)
        return Decision(approved=False)

    for step, last in enumerate(("h9.org", "h9.org", "evil.org"), 1):
        sandbox = UnconfinedSandbox({})
        sandbox.allowed_hosts = (*(f"h{number}.org" for number in range(9)), last)
        context = ToolContext("t1", "a", workspace, sandbox, {})
        await ToolCallRun(Stepper(), context, journal, note).run(step, "c", {})

    assert asked[0] == asked[1] != asked[2]
