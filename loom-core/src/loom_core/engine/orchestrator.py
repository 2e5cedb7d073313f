"""A task under one claim: taken up, carried out, and left in good order whatever happens."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from loom_core.engine.control import PAUSE, Control
from loom_core.engine.gate import Gate
from loom_core.engine.human.answering import is_open
from loom_core.engine.human.answers import Answers
from loom_core.engine.human.grants import Grants
from loom_core.engine.human.waiting import Answer, Waiting
from loom_core.engine.instructions import Instructions
from loom_core.engine.lease import LEASE_SECONDS, Lease
from loom_core.engine.owner import is_alive, new_owner
from loom_core.engine.scope import TaskScope
from loom_core.engine.spending import Spending, time_is_up
from loom_core.engine.stories import Stories
from loom_core.engine.taint import TaintLedger
from loom_core.engine.task_run import TaskRun
from loom_core.errors import BudgetSpent, LoomError, ModelError, StoreError, TaskIsOver
from loom_core.events import (
    EventBody,
    InstructionGiven,
    TaskCancelled,
    TaskFailed,
    TaskPaused,
)
from loom_core.store import Command, Entry, Store, TaskRecord
from loom_core.types import PauseCause, Task, TaskState

MakeScope = Callable[[Task, int], TaskScope]
"""Makes what a run shares, for a task and the fence of its claim."""

_INTERRUPTED = TaskPaused(reason="interrupted", cause=PauseCause.INTERRUPTED)
_SOMEBODY = "another process"
_MORE = "Nothing is lost: `loom run --resume {id}` goes on with a higher limit."
_MEND = "Mend that, then `loom run --resume {id}`."


class Orchestrator:
    """Runs tasks to their end, one claim each."""

    def __init__(self, store: Store, make_scope: MakeScope) -> None:
        """Know the store, and how to make a scope once a task is claimed."""
        self._store = store
        self._make_scope = make_scope

    async def run(self, task_id: str, *, obeys_pauses: bool = False) -> None:
        """Claim a task and work until it is over, waits or is paused.

        A pause that was asked for before is taken back by this, unless ``obeys_pauses``: whoever
        goes on by himself, as a server at its start, has nobody's word for it.

        Cancelling the awaiting coroutine leaves the task paused and resumable. Raises
        ``StoreBusy`` when another live engine holds it, ``TaskIsOver`` when it has ended and
        ``StoreError`` when the database fails; what was acknowledged until then is in it.
        """
        record = await self._store.task(task_id)
        fence = await self._store.claim(
            record.id,
            owner=new_owner(),
            lease_seconds=LEASE_SECONDS,
            is_resumed=record.state is not TaskState.PENDING,
            is_alive=is_alive,
        )
        claim = _Claim(self._store, record, fence)
        await claim.carry_out(self._make_scope, obeys_pauses=obeys_pauses)


class _Claim:
    """The time between taking a task and letting go of it."""

    def __init__(self, store: Store, record: TaskRecord, fence: int) -> None:
        """Hold the claim."""
        self._store = store
        self._record = record
        self._fence = fence
        self._lease = Lease(store, record.id, fence=fence)
        self._cancelled_by = ""
        self._paused_by = ""
        self._pauses: list[int] = []
        self._is_stopped_here = False
        self._settles: list[int] = []
        """Commands that the last event settles."""
        self._work: asyncio.Task[None] | None = None
        self._waiting = Waiting()
        self._gate = Gate()
        self._instructions = Instructions()

    async def carry_out(self, make_scope: MakeScope, *, obeys_pauses: bool) -> None:
        """Run the task beside the control, and journal how it was left."""
        control = Control(
            self._store, self._record.id, fence=self._fence, acts=self, lease=self._lease
        )
        try:
            if not obeys_pauses:
                await self._take_back_pauses()
            await control.listen()  # before the first step: what a crash left over counts
            if self._is_stopped_here:
                await self._leave()
                return
            self._work = asyncio.create_task(
                self._worked(make_scope), name=f"task {self._record.id}"
            )
            await self._watched(control, self._work)
        finally:
            await asyncio.shield(self._let_go())

    async def _watched(self, control: Control, work: "asyncio.Task[None]") -> None:
        """Work while commands are heard."""
        watching = asyncio.create_task(control.watch(), name=f"control {self._record.id}")
        watching.add_done_callback(lambda done: _stop_if_lost(done, work))
        try:
            await work
        except asyncio.CancelledError:
            if watching.done() and not watching.cancelled() and watching.exception():
                raise watching.exception() from None  # type: ignore[misc]  # it is not None here
            await asyncio.shield(self._leave())
            if not self._is_stopped_here:
                raise
        finally:
            watching.cancel()
            await asyncio.gather(work, watching, return_exceptions=True)

    def cancel(self, command: Command) -> None:
        """Stop the work for good; running model calls and tools are cancelled with it."""
        self._cancelled_by = _by(command)
        self._settles.append(command.id)
        self._stop()

    def pause(self, command: Command) -> None:
        """Let no step begin, and stop once none is under way."""
        self._paused_by = _by(command)
        self._pauses.append(command.id)
        self._gate.close(self._stop)

    def resume(self) -> Sequence[int]:
        """Let steps begin again; too late once the work was stopped."""
        if self._is_stopped_here:
            return []
        taken_back, self._pauses, self._paused_by = self._pauses, [], ""
        self._gate.open()
        return taken_back

    async def steer(self, command: Command) -> None:
        """Journal what the user says, and have it told."""
        body = InstructionGiven(text=str(command.payload.get("text", "")), by=_by(command))
        (event,) = await self._store.append(
            self._record.id, [Entry(body)], fence=self._fence, settles=[command.id]
        )
        self._instructions.note(event)

    async def answer(self, answer: Answer, subtask_id: str) -> None:
        """Hand an answer to whoever waits for it, else journal it for a later run."""
        if self._waiting.give(answer) or await self.is_journalled(answer):
            return
        await self._store.append(self._record.id, [Entry(answer, subtask_id)], fence=self._fence)

    async def is_journalled(self, answer: Answer) -> bool:
        """Whether that, or another answer to the same, is in the journal."""
        return not await is_open(self._store, self._record.id, answer)

    async def _take_back_pauses(self) -> None:
        """Settle the pauses from before this claim: whoever goes on now has heard of them."""
        commands = await self._store.commands(self._record.id)
        pauses = [command.id for command in commands if command.kind == PAUSE]
        if pauses:
            await self._store.settle(self._record.id, pauses, fence=self._fence)

    def _stop(self) -> None:
        """Stop the work because somebody commanded it."""
        self._is_stopped_here = True
        if self._work is not None:
            self._work.cancel()

    async def _worked(self, make_scope: MakeScope) -> None:
        """The run itself, with every expected failure turned into an end or a pause."""
        try:
            run, spending = await self._taken_up(make_scope)
            await _within(spending, run)
        except BaseExceptionGroup as group:
            await self._fail(_first(group))
        except Exception as error:  # noqa: BLE001  # whatever broke, the task gets a defined end
            await self._fail(error)

    async def _taken_up(self, make_scope: MakeScope) -> tuple[TaskRun, Spending]:
        """The run, from where the journal stops, and what it has left to spend."""
        record = await self._store.task(self._record.id)
        events = await self._store.events(record.id)
        for event in events:
            self._instructions.note(event)
        scope = make_scope(record.task, self._fence)
        spending = Spending.of(scope.settings.execution, events)
        run = TaskRun(
            replace(
                scope,
                waiting=self._waiting,
                gate=self._gate,
                open_journal=partial(scope.open_journal, lease=self._lease),
                instructions=self._instructions,
                grants=Grants(events),
                answers=Answers(events),
                taints=TaintLedger(scope.tools, events),
                stories=Stories(events),
                spending=spending,
            ),
            plan=record.plan,
            replans=record.replans,
            states={item.id: item.state for item in await self._store.subtasks(record.id)},
            events=events,
        )
        return run, spending

    async def _fail(self, error: BaseException) -> None:
        """End or pause the task for an error; a broken journal is raised, for nobody can write it."""
        if isinstance(error, StoreError | asyncio.CancelledError):
            raise error
        if not isinstance(error, Exception):
            raise error
        if isinstance(error, BudgetSpent):
            advice = _MORE.format(id=self._record.id)
            await self._commit(TaskPaused(reason=f"{error}. {advice}"))
            return
        if isinstance(error, ModelError):
            advice = _MEND.format(id=self._record.id)
            await self._commit(TaskPaused(reason=f"{error} {advice}"))
            return
        reason = str(error) if isinstance(error, LoomError) else f"{type(error).__name__}: {error}"
        await self._commit(TaskFailed(reason=reason))
        if not isinstance(error, LoomError):
            raise error

    async def _leave(self) -> None:
        """Journal that the task was stopped: for good, until somebody resumes it, or by chance."""
        if self._cancelled_by:
            body: EventBody = TaskCancelled(by=self._cancelled_by)
        elif self._paused_by:
            body = TaskPaused(reason=f"paused by {self._paused_by}", cause=PauseCause.ASKED)
            self._settles += self._pauses
        else:
            body = _INTERRUPTED
        try:
            await self._commit(body)
        except TaskIsOver:
            return  # its end was being committed when the stop came

    async def _let_go(self) -> None:
        """Give the claim back so that a resume need not wait for the lease."""
        try:
            await self._store.release(self._record.id, fence=self._fence)
        except StoreError:
            return  # taken over already, or the database is gone: the lease runs out by itself

    async def _commit(self, body: EventBody) -> None:
        """Journal an event of the task, with the commands that it obeys, and wait for it."""
        await self._store.append(
            self._record.id, [Entry(body)], fence=self._fence, settles=self._settles
        )


def _by(command: Command) -> str:
    """Who commanded it."""
    return str(command.payload.get("by", _SOMEBODY))


async def _within(spending: Spending, run: TaskRun) -> None:
    """Run for as long as there is working time. Raises ``BudgetSpent``, whatever was in the middle."""
    limit = asyncio.timeout(spending.seconds_left)
    try:
        async with limit:
            await run.run()
    except TimeoutError:
        if not limit.expired():
            raise
        raise BudgetSpent(time_is_up(spending.max_seconds or 0)) from None


def _stop_if_lost(watching: "asyncio.Task[None]", work: "asyncio.Task[None]") -> None:
    """Stop working when the claim is lost: whatever is written from then on is refused anyway."""
    if not watching.cancelled() and watching.exception() is not None:
        work.cancel()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first cause in a group; the others came of its cancelling them."""
    first = group.exceptions[0]
    if isinstance(first, BaseExceptionGroup):
        return _first(cast("BaseExceptionGroup[BaseException]", first))
    return first
