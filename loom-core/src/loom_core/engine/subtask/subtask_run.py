"""One subtask from its first attempt to its end: execute, verify, decide what now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from loom_core.confidence import ConfidenceFactors, confidence
from loom_core.contracts.tool import Tool
from loom_core.engine.attempt.endings import failed
from loom_core.engine.context import RunContext
from loom_core.engine.earlier import EarlierAttempts
from loom_core.engine.journal import StepJournal, Written
from loom_core.engine.scope import TaskScope
from loom_core.engine.subtask.flagging import asks_human, flag_of
from loom_core.engine.subtask.history import AttemptHistory, SubtaskHistory, feedback_of
from loom_core.engine.subtask.honesty import broken, ending_of, honest_outcome, unproven
from loom_core.engine.subtask.recovered import with_recoveries
from loom_core.engine.subtask.retry import HINTS, NextStep, Remedy, remedy_for
from loom_core.engine.subtask.rollback import roll_back
from loom_core.engine.subtask.samples import compared, last_samples, may_sample, nearest
from loom_core.engine.time_limit import TimeLimit
from loom_core.errors import BudgetSpent, DiskFull, ErrorCategory, StoreError, WaitsForHuman
from loom_core.events import (
    AttemptFailed,
    EventBody,
    OutcomeReached,
    SamplesCompared,
    SubtaskCompleted,
    SubtaskFailed,
    SubtaskParked,
    SubtaskStarted,
    VerdictReached,
)
from loom_core.hooks import Failure
from loom_core.types import (
    FailureKind,
    Outcome,
    OutcomeStatus,
    Subtask,
    Verdict,
    VerdictStatus,
)
from loom_core.verification import unverified, worst


class End(StrEnum):
    """How a subtask's run ended; broken is the environment, which the user has to mend.

    Parked is after an attempt that a human has to judge, waiting in the middle of one that asks.
    """

    COMPLETED = "completed"
    FAILED = "failed"
    BROKEN = "broken"
    NEEDS_REPLAN = "needs_replan"
    PARKED = "parked"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class SubtaskResult:
    """What the task learns of a subtask."""

    subtask_id: str
    end: End
    outcome: Outcome
    reason: str = ""
    confidence: float = 0.0
    written: Written | None = None
    """Fails when the end, or anything before it, could not be journalled; None if it is already."""


class SubtaskRun:
    """Attempts of one subtask until it is completed, given up, parked or needs another plan."""

    def __init__(
        self,
        scope: TaskScope,
        subtask: Subtask,
        history: SubtaskHistory,
        *,
        can_replan: Callable[[], bool],
        urgency: int = 0,
    ) -> None:
        """Take up the subtask where its history stops; the urgency is that of its calls of models."""
        self._scope = scope
        self.subtask = subtask
        self._history = history
        self._can_replan = can_replan
        self._urgency = urgency
        self._journals: dict[int, StepJournal] = {}

    async def run(self) -> SubtaskResult:
        """The end of the subtask."""
        await self._scope.gate.passage()
        while True:
            if self._history.ending is not None:
                return self._given_up()
            if self._history.parked is not None:
                return await self._answered()
            attempt = self._history.unfinished
            if attempt is None:
                remedy = self._next_remedy()
                if remedy.step in {NextStep.REPLAN, NextStep.STOP}:
                    return await self._give_up(remedy)
                await self._take_back()
                attempt = self._start(remedy)
            result = await self._finish(attempt)
            if result is not None:
                return result

    def _next_remedy(self) -> Remedy:
        """What to do next, from what failed so far."""
        failures = self._history.failures
        if not failures:
            return Remedy(NextStep.RETRY, self.subtask.model_tier)
        settings = self._scope.settings.execution
        calls, most = self._calls_made(), settings.max_loop_iterations
        remedy = remedy_for(
            failures,
            planned_tier=self.subtask.model_tier,
            max_retries=settings.max_subtask_retries if calls < most else 0,
            can_replan=self._can_replan(),
        )
        is_due = remedy.step is NextStep.ESCALATE and may_sample(
            self._history.attempts,
            planned_tier=self.subtask.model_tier,
            max_samples=settings.max_samples,
            has_calls=calls < most // 2,  # the other half is for the stronger models
        )
        if not is_due:
            return remedy
        made = len(last_samples(self._history.attempts))
        return Remedy(NextStep.SAMPLE, self.subtask.model_tier, made + 1)

    def _calls_made(self) -> int:
        """Model calls of all attempts under this plan."""
        attempts = self._history.attempts[self._history.forgiven :]
        return sum(item.outcome.usage.calls for item in attempts if item.outcome)

    async def _take_back(self) -> None:
        """Put back what the attempt before changed, so that the next one starts clean."""
        last = self._history.attempts[-1] if self._history.attempts else None
        if last is None or last.rolled_back or not (last.outcome and last.outcome.changes):
            return
        async with self._scope.gate.acting():
            last.rolled_back = await roll_back(self._scope, self.subtask.id, last.outcome.changes)
            await self._commit(last, last.rolled_back)

    def _start(self, remedy: Remedy) -> AttemptHistory:
        """Begin the next attempt."""
        number = len(self._history.attempts) + 1
        attempt = AttemptHistory(number, remedy.tier, remedy.sample)
        self._history.attempts.append(attempt)
        self._submit(attempt, SubtaskStarted(tier=remedy.tier, sample=remedy.sample))
        return attempt

    async def _finish(self, attempt: AttemptHistory) -> SubtaskResult | None:
        """Bring an attempt to its end; None when another one follows."""
        context = self._context(attempt)
        if attempt.outcome is None:
            try:
                outcome = await self._execute(context)
            except WaitsForHuman as waits:
                # The attempt stays open: once there is an answer, it goes on after the question.
                return _waiting(self.subtask.id, str(waits))
            if outcome.failure is FailureKind.ENVIRONMENT:
                # The attempt stays open: a resume goes on with the very call that failed.
                return SubtaskResult(self.subtask.id, End.BROKEN, outcome, outcome.reason)
            attempt.outcome = outcome
            self._submit(attempt, OutcomeReached(outcome=outcome))
        outcome = attempt.outcome
        if outcome.status is not OutcomeStatus.COMPLETED:
            await self._note_failure(attempt, outcome.reason, outcome)
            return None
        if attempt.verdict is None:
            attempt.verdict = await self._verify(outcome, context)
            self._submit(attempt, VerdictReached(verdict=attempt.verdict))
        if attempt.verdict.status is VerdictStatus.PASSED:
            return self._completed(attempt, outcome, attempt.verdict)
        if attempt.verdict.status is VerdictStatus.UNVERIFIED:
            return await self._park(attempt, outcome, attempt.verdict)
        failed = outcome.model_copy(
            update={"failure": FailureKind.CAPABILITY, "category": ErrorCategory.VALIDATION}
        )
        await self._note_failure(attempt, attempt.verdict.feedback or "checks failed", failed)
        return None

    def _context(self, attempt: AttemptHistory) -> RunContext:
        """The capabilities of an attempt, with what was recorded of it."""
        context = RunContext(
            self._scope,
            self._journal(attempt),
            tier=attempt.tier,
            urgency=self._urgency,
            way=sum(not item.sample for item in self._history.attempts),
            sample=attempt.sample,
            earlier=EarlierAttempts(
                self._feedback(attempt),
                [one.verdict for one in self._history.attempts[: attempt.number - 1]],
                self._history.changes,
            ),
            tools=self._tools(),
        )
        if attempt.outcome is not None:
            context.restore(attempt.outcome)
        return context

    def _journal(self, attempt: AttemptHistory) -> StepJournal:
        """The one journal of an attempt: what fails to be written is met by whatever comes next."""
        if attempt.number not in self._journals:
            self._journals[attempt.number] = self._scope.open_journal(
                self._scope.store,
                self._scope.task.id,
                fence=self._scope.fence,
                subtask_id=self.subtask.id,
                attempt=attempt.number,
                recorded=attempt.events,
                steps_done=attempt.steps_done,
                watch=self._scope.note,
            )
        return self._journals[attempt.number]

    def _feedback(self, attempt: AttemptHistory) -> list[str]:
        """What an attempt is told of the ones before; samples of one prompt are all told the same."""
        before = self._history.attempts[: attempt.number - 1]
        failed = [item.failure for item in before if item.failure and not item.sample]
        hints = [HINTS[failed[-1].category]] if failed else []
        near = None if attempt.sample else nearest(last_samples(before))
        if near is not None and near.failure is not None:
            hints.insert(0, f"the nearest of several tries: {near.failure.reason}")
        return feedback_of(self._history, hints)

    def _tools(self) -> dict[str, Tool[Any]]:
        """The tools that the plan gives it, as far as they are there; all when it names none."""
        if not self.subtask.tools:
            return dict(self._scope.tools)
        there = self._scope.tools
        return {name: there[name] for name in self.subtask.tools if name in there}

    async def _execute(self, context: RunContext) -> Outcome:
        """The outcome of the hook, with what really happened put in by the harness."""
        limit = self._scope.settings.execution.subtask_timeout_seconds
        try:
            async with context.limited(TimeLimit(limit)):
                outcome = await self._scope.hooks.execute(self.subtask, context)
        except TimeoutError:
            outcome = broken(OutcomeStatus.STALLED, f"no end within {limit:g} s")
        except (StoreError, WaitsForHuman, BudgetSpent):
            raise  # the journal itself is gone, a human is to be waited for, or the task has to stop
        except DiskFull as full:
            outcome = failed(FailureKind.ENVIRONMENT, ErrorCategory.RUNTIME, str(full))
        except Exception as error:  # noqa: BLE001  # isolation: one subtask never kills the others
            outcome = broken(OutcomeStatus.FAILED, f"{type(error).__name__}: {error}")
        if outcome is None:
            outcome = broken(OutcomeStatus.FAILED, "no installed plugin runs subtasks")
        return outcome.model_copy(
            update={
                "tool_records": tuple(with_recoveries(context.records)),
                "changes": tuple(context.own_changes),
                "usage": context.usage,
                "checked": tuple(context.checked),
            }
        )

    async def _verify(self, outcome: Outcome, context: RunContext) -> Verdict:
        """The worst of all verdicts; a plugin that raises has not passed it."""
        limit = self._scope.settings.execution.subtask_timeout_seconds
        context.may_wait = False  # a verdict has to come in one go
        answers = await self._scope.hooks.verify(
            self.subtask, outcome, context, limit_seconds=limit
        )
        self._scope.spending.raise_if_refused()  # what was made of a refused call is no verdict
        return worst(
            [
                unverified(str(answer), verifier=answer.plugin)
                if isinstance(answer, Failure)
                else answer.value
                for answer in answers
            ]
        )

    def _completed(
        self, attempt: AttemptHistory, outcome: Outcome, verdict: Verdict
    ) -> SubtaskResult:
        """The subtask is done and its verdict passed."""
        sure = self._confidence(attempt, outcome, verdict)
        done = SubtaskCompleted(summary=outcome.summary, confidence=sure)
        written = self._submit(attempt, *self._comparison(attempt, is_chosen=True), done)
        return SubtaskResult(
            self.subtask.id, End.COMPLETED, outcome, confidence=sure, written=written
        )

    def _confidence(self, attempt: AttemptHistory, outcome: Outcome, verdict: Verdict) -> float:
        """How sure Loom is of the result."""
        records = outcome.tool_records
        return confidence(
            ConfidenceFactors(
                tier1_check_share=verdict.tier_confidence.get(1),
                tier2_confidence=verdict.tier_confidence.get(2),
                retries=attempt.number - self._history.forgiven - 1,
                is_destructive=any(not change.is_recoverable for change in outcome.changes),
                tool_calls=len(records),
                failed_tool_calls=sum(item.is_error and not item.was_recovered for item in records),
            )
        )

    async def _note_failure(self, attempt: AttemptHistory, reason: str, outcome: Outcome) -> None:
        """Journal why an attempt failed and what follows."""
        failure = AttemptFailed(
            reason=reason,
            failure=outcome.failure or FailureKind.CAPABILITY,
            category=outcome.category or ErrorCategory.UNKNOWN,
            next_step=NextStep.STOP.value,
        )
        attempt.failure = failure  # counts when the next step is chosen
        step = self._next_remedy().step
        attempt.failure = failure.model_copy(update={"next_step": step.value})
        ending = () if step is NextStep.SAMPLE else self._comparison(attempt)
        await self._commit(attempt, attempt.failure, *ending)

    def _comparison(
        self, attempt: AttemptHistory, *, is_chosen: bool = False
    ) -> tuple[SamplesCompared, ...]:
        """The end of a round of samples, if an attempt ends one."""
        samples = last_samples(self._history.attempts)
        return (compared(samples, chosen=attempt.number * is_chosen),) if samples else ()

    async def _give_up(self, remedy: Remedy) -> SubtaskResult:
        """The end of a subtask whose attempts led nowhere."""
        result = self._given_up()
        if remedy.step is NextStep.REPLAN:
            return replace(result, end=End.NEEDS_REPLAN)
        if asks_human(self._scope):
            flag = flag_of(self.subtask.id, self._history.attempts[-1], result.reason)
            await self._commit(self._history.attempts[-1], flag)
            return replace(result, end=End.PARKED, reason=flag.reason)
        await self._commit(self._history.attempts[-1], ending_of(result.outcome, result.reason))
        return result

    def _given_up(self) -> SubtaskResult:
        """What is left of a subtask that is not completed, whatever its last attempt claimed."""
        outcome = honest_outcome(self._history)
        return SubtaskResult(self.subtask.id, End.FAILED, outcome, outcome.reason)

    async def _park(
        self, attempt: AttemptHistory, outcome: Outcome, verdict: Verdict
    ) -> SubtaskResult:
        """Leave a result that nobody could verify to a human; independent work goes on."""
        reason = f"nobody could verify the result: {verdict.feedback or 'nothing to check'}"
        parked = SubtaskParked(reason=reason, approval_id=f"{self.subtask.id}-{attempt.number}")
        await self._commit(attempt, *self._comparison(attempt, is_chosen=True), parked)
        return SubtaskResult(self.subtask.id, End.PARKED, unproven(outcome, reason), reason)

    async def _answered(self) -> SubtaskResult:
        """The end of a parked subtask, as the human said; still parked while nobody did."""
        attempt, parked = self._history.attempts[-1], self._history.parked
        answer = self._history.answer
        outcome = attempt.outcome or broken(OutcomeStatus.FAILED, "it was never run")
        if answer is None or parked is None:
            reason = parked.reason if parked else ""
            return SubtaskResult(self.subtask.id, End.PARKED, unproven(outcome, reason), reason)
        if answer.approved:
            said = SubtaskCompleted(
                summary=f"{outcome.summary} (accepted by {answer.by})", confidence=0.0
            )
            await self._commit(attempt, said)
            return SubtaskResult(self.subtask.id, End.COMPLETED, outcome)
        reason = f"rejected by {answer.by}: {answer.reason or parked.reason}"
        await self._commit(attempt, SubtaskFailed(reason=reason))
        return SubtaskResult(self.subtask.id, End.FAILED, unproven(outcome, reason), reason)

    def _submit(self, attempt: AttemptHistory, *bodies: EventBody) -> Written:
        """Journal events without waiting; whatever is committed later waits for them too."""
        return self._journal(attempt).write(*bodies)

    async def _commit(self, attempt: AttemptHistory, *bodies: EventBody) -> None:
        """Journal events and wait for them."""
        await self._journal(attempt).commit(*bodies)


def _waiting(subtask_id: str, reason: str) -> SubtaskResult:
    """A subtask that stopped at a question."""
    return SubtaskResult(subtask_id, End.WAITING, broken(OutcomeStatus.BLOCKED, reason), reason)
