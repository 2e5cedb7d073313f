"""A plan carried out: rolling dispatch of subtasks, replanning, and the end of the task."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence

from loom_core.confidence import weakest
from loom_core.engine.journal import Written
from loom_core.engine.planned import Planning
from loom_core.engine.scheduler import Scheduler
from loom_core.engine.scope import TaskScope
from loom_core.engine.subtask.history import SubtaskHistory, forgive, histories_of
from loom_core.engine.subtask.remembering import Remembering
from loom_core.engine.subtask.subtask_run import End, SubtaskResult, SubtaskRun
from loom_core.events import (
    Event,
    EventBody,
    SubtaskSkipped,
    TaskCompleted,
    TaskExecutionStarted,
    TaskFailed,
    TaskPaused,
    TaskWaiting,
)
from loom_core.store import Entry
from loom_core.types import Outcome, Plan, SubtaskState

_ADVICE = "Say the goal in smaller steps, name the files, or give the job a more capable model."
_MAX_SUMMARIES = 15
_MAX_UNWRITTEN = 256
_SETTLED = frozenset({End.FAILED, End.PARKED, End.WAITING})
_KEPT = frozenset({End.COMPLETED, End.WAITING})
"""Ends that stand under a new plan: an attempt that waits in its middle is not begun again."""


class TaskRun:
    """One claim's work on one task, from where the journal stops to an end or a wait."""

    def __init__(
        self,
        scope: TaskScope,
        *,
        plan: Plan | None,
        replans: int,
        states: Mapping[str, SubtaskState],
        events: Sequence[Event],
    ) -> None:
        """Take up the task.

        Args:
            scope: what the run shares.
            plan: the plan in force; None before the first.
            replans: how often it was replaced.
            states: the state of each subtask.
            events: everything recorded so far.
        """
        self._scope = scope
        self._plan = plan
        self._replans = replans
        self._states = dict(states)
        self._histories = histories_of(events)
        self._planning = Planning(scope, events)
        self._running: dict[asyncio.Task[SubtaskResult], SubtaskRun] = {}
        self._results: dict[str, SubtaskResult] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._unwritten: deque[Written] = deque()
        self._wants_replan: list[SubtaskResult] = []
        self._broken = ""
        self._is_replanning_over = False

    async def run(self) -> None:
        """Work until the task is over, paused or waits for a human; the last event says which."""
        plan = self._plan or await self._planning.first_plan()
        await self._commit(TaskExecutionStarted())
        async with asyncio.TaskGroup() as group:
            remembering = Remembering(self._scope, group)
            self._take_up(plan, remembering)
            while True:
                await self._carry_out(plan, group, remembering)
                new = await self._replan(plan)
                if new is None:
                    break
                plan = new
        await self._commit(self._ending(plan))

    def _take_up(self, plan: Plan, remembering: Remembering) -> None:
        """Restore what finished subtasks left, and extract what a crash kept from extraction."""
        for subtask in plan.subtasks:
            history = self._histories.setdefault(subtask.id, SubtaskHistory())
            outcome = history.last_outcome
            if outcome and self._states.get(subtask.id) is SubtaskState.COMPLETED:
                self._outcomes[subtask.id] = outcome
                self._results[subtask.id] = SubtaskResult(
                    subtask.id, End.COMPLETED, outcome, confidence=history.confidence
                )
                remembering.start(subtask, outcome, history)

    async def _carry_out(
        self, plan: Plan, group: asyncio.TaskGroup, remembering: Remembering
    ) -> None:
        """Run what is ready until nothing runs and nothing can start under this plan."""
        completed = [name for name, result in self._results.items() if result.end is End.COMPLETED]
        held = [name for name, result in self._results.items() if result.end in _SETTLED]
        scheduler = Scheduler(plan, completed=completed, held=held)
        while True:
            self._dispatch(scheduler, group)
            if not self._running:
                break
            for task in await self._next_done():
                await self._settle(self._running.pop(task), task.result(), scheduler, remembering)
        await self._written(leaving=0)

    async def _next_done(self) -> "Sequence[asyncio.Task[SubtaskResult]]":
        """The runs that ended; none when only somebody began or ceased to wait for a human."""
        waiting = self._scope.waiting
        changed = waiting.changed()
        if len(waiting.subtasks) == len(self._running):
            waiting.park()
        await asyncio.wait([*self._running, changed], return_when=asyncio.FIRST_COMPLETED)
        return [task for task in self._running if task.done()]

    def _dispatch(self, scheduler: Scheduler, group: asyncio.TaskGroup) -> None:
        """Fill every free slot with the most urgent ready subtask."""
        limit = self._scope.settings.execution.max_parallel_subtasks
        waiting = self._scope.waiting
        waiting.readmit(limit - len(self._running) + len(waiting.subtasks))
        outside = waiting.subtasks
        while len(self._running) - len(outside) < limit and not (
            self._wants_replan or self._broken
        ):
            subtask = scheduler.take()
            if subtask is None:
                return
            history = self._histories.setdefault(subtask.id, SubtaskHistory())
            run = SubtaskRun(
                self._scope,
                subtask,
                history,
                can_replan=self._can_replan,
                urgency=scheduler.urgency(subtask.id),
            )
            self._running[group.create_task(run.run(), name=subtask.id)] = run

    def _can_replan(self) -> bool:
        """Whether a replan is left and somebody makes plans."""
        left = self._scope.settings.execution.max_replans - self._replans
        return left > 0 and not self._is_replanning_over

    async def _settle(
        self,
        run: SubtaskRun,
        result: SubtaskResult,
        scheduler: Scheduler,
        remembering: Remembering,
    ) -> None:
        """Take in how the run of one subtask ended."""
        scheduler.release(result.subtask_id)
        self._results[result.subtask_id] = result
        self._outcomes[result.subtask_id] = result.outcome
        if result.written is not None:
            self._unwritten.append(result.written)
            await self._written(leaving=_MAX_UNWRITTEN)
        if result.end is End.COMPLETED:
            scheduler.complete(result.subtask_id)
        elif result.end is End.NEEDS_REPLAN:
            self._wants_replan.append(result)
        elif result.end is End.BROKEN:
            self._broken = self._broken or result.reason
        elif result.end is End.FAILED:
            await self._skip(scheduler.drop(result.subtask_id), result.subtask_id)
        if result.end in {End.COMPLETED, End.FAILED}:
            history = self._histories[result.subtask_id]
            remembering.start(run.subtask, result.outcome, history)

    async def _written(self, *, leaving: int) -> None:
        """Wait for the journal until at most so many ends of subtasks are on their way to it.

        The journal keeps the order, so what builds on an end never gets there before it; and a
        call with an effect waits for the journal by itself.
        """
        if self._unwritten and not leaving:
            self._scope.store.hurry()
        while len(self._unwritten) > leaving:
            await self._unwritten.popleft()

    async def _replan(self, plan: Plan) -> Plan | None:
        """The plan to go on with once everything of this one stopped; None to end.

        Parallel work was let finish first, so that the new plan can build on it. When nobody makes
        a new plan, the present one goes on with the attempts that are left.
        """
        wanting, self._wants_replan = self._wants_replan, []
        if not wanting or self._broken:
            return None
        self._replans += 1
        reason = "; ".join(f"{result.subtask_id}: {result.reason}" for result in wanting)
        new = await self._planning.next_plan(plan, self._outcomes, reason)
        if new is None:
            self._is_replanning_over = True
            return plan
        self._forget_unfinished(new)
        return new

    def _forget_unfinished(self, plan: Plan) -> None:
        """Start the unfinished subtasks of a new plan with a clean count of failures."""
        kept = {subtask.id for subtask in plan.subtasks}
        forgive(self._histories.values())
        self._results = {
            name: result
            for name, result in self._results.items()
            if result.end in _KEPT and name in kept
        }

    async def _skip(self, names: Sequence[str], because_of: str) -> None:
        """Note that subtasks will not run."""
        skipped = SubtaskSkipped(reason=f"{because_of} did not complete")
        for name in names:
            if self._states.get(name) is not SubtaskState.SKIPPED:
                await self._commit(skipped, name)

    def _ending(self, plan: Plan) -> EventBody:
        """How the task ends, or why it stops for now."""
        if self._broken:
            return TaskPaused(reason=self._broken)
        failed = [result for result in self._results.values() if result.end is End.FAILED]
        if failed:
            reasons = "; ".join(f"{result.subtask_id}: {result.reason}" for result in failed)
            return TaskFailed(reason=reasons, advice=_ADVICE)
        held = {End.PARKED, End.WAITING}
        parked = [result for result in self._results.values() if result.end in held]
        if parked:
            reasons = "; ".join(f"{result.subtask_id}: {result.reason}" for result in parked)
            return TaskWaiting(reason=reasons)
        done = [self._results[subtask.id] for subtask in plan.subtasks]
        summaries = [result.outcome.summary for result in done if result.outcome.summary]
        return TaskCompleted(
            summary="; ".join(summaries[:_MAX_SUMMARIES]),
            confidence=weakest([result.confidence for result in done]),
        )

    async def _commit(self, body: EventBody, subtask_id: str = "", attempt: int = 0) -> None:
        """Journal an event and wait for it."""
        await self._scope.store.append(
            self._scope.task.id, [Entry(body, subtask_id, attempt)], fence=self._scope.fence
        )
