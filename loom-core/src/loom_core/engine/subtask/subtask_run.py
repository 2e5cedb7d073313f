"""One subtask from its first attempt to its end: execute, verify, decide what now."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from loom_core.confidence import ConfidenceFactors, confidence
from loom_core.contracts.tool import Tool
from loom_core.engine.attempt.endings import failed
from loom_core.engine.context import RunContext
from loom_core.engine.journal import StepJournal, Written
from loom_core.engine.scope import TaskScope
from loom_core.engine.subtask.flagging import asks_human, flag_of
from loom_core.engine.subtask.history import AttemptHistory, SubtaskHistory, feedback_of
from loom_core.engine.subtask.recovered import with_recoveries
from loom_core.engine.subtask.retry import HINTS, NextStep, Remedy, remedy_for
from loom_core.engine.subtask.rollback import roll_back
from loom_core.engine.time_limit import TimeLimit
from loom_core.errors import BudgetSpent, DiskFull, ErrorCategory, StoreError, WaitsForHuman
from loom_core.events import (
    AttemptFailed,
    EventBody,
    OutcomeReached,
    SubtaskBlocked,
    SubtaskCompleted,
    SubtaskFailed,
    SubtaskParked,
    SubtaskStalled,
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
                attempt = await self._start(remedy.tier)
            result = await self._finish(attempt)
            if result is not None:
                return result

    def _next_remedy(self) -> Remedy:
        """What to do next, from what failed so far."""
        failures = self._history.failures
        if not failures:
            return Remedy(NextStep.RETRY, self.subtask.model_tier)
        settings = self._scope.settings.execution
        has_calls_left = self._calls_made() < settings.max_loop_iterations
        return remedy_for(
            failures,
            planned_tier=self.subtask.model_tier,
            max_retries=settings.max_subtask_retries if has_calls_left else 0,
            can_replan=self._can_replan(),
        )

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

    async def _start(self, tier: int) -> AttemptHistory:
        """Begin the next attempt."""
        attempt = AttemptHistory(number=len(self._history.attempts) + 1, tier=tier)
        self._history.attempts.append(attempt)
        self._submit(attempt, SubtaskStarted(tier=tier))
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
            feedback=self._feedback(),
            tools=self._tools(),
            earlier_changes=self._history.changes,
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

    def _feedback(self) -> list[str]:
        """What the next attempt is told of the ones before."""
        failed = [item.failure for item in self._history.attempts if item.failure]
        hint = [HINTS[failed[-1].category]] if failed else []
        return feedback_of(self._history, hint)

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
            outcome = _broken(OutcomeStatus.STALLED, f"no end within {limit:g} s")
        except (StoreError, WaitsForHuman, BudgetSpent):
            raise  # the journal itself is gone, a human is to be waited for, or the task has to stop
        except DiskFull as full:
            outcome = failed(FailureKind.ENVIRONMENT, ErrorCategory.RUNTIME, str(full))
        except Exception as error:  # noqa: BLE001  # isolation: one subtask never kills the others
            outcome = _broken(OutcomeStatus.FAILED, f"{type(error).__name__}: {error}")
        if outcome is None:
            outcome = _broken(OutcomeStatus.FAILED, "no installed plugin runs subtasks")
        return outcome.model_copy(
            update={
                "tool_records": tuple(with_recoveries(context.records)),
                "changes": tuple(context.own_changes),
                "usage": context.usage,
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
        written = self._submit(attempt, SubtaskCompleted(summary=outcome.summary, confidence=sure))
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
        await self._commit(attempt, attempt.failure)

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
        await self._commit(attempt, parked)
        return SubtaskResult(self.subtask.id, End.PARKED, _unproven(outcome, reason), reason)

    async def _answered(self) -> SubtaskResult:
        """The end of a parked subtask, as the human said; still parked while nobody did."""
        attempt, parked = self._history.attempts[-1], self._history.parked
        answer = self._history.answer
        outcome = attempt.outcome or _broken(OutcomeStatus.FAILED, "it was never run")
        if answer is None or parked is None:
            reason = parked.reason if parked else ""
            return SubtaskResult(self.subtask.id, End.PARKED, _unproven(outcome, reason), reason)
        if answer.approved:
            said = SubtaskCompleted(
                summary=f"{outcome.summary} (accepted by {answer.by})", confidence=0.0
            )
            await self._commit(attempt, said)
            return SubtaskResult(self.subtask.id, End.COMPLETED, outcome)
        reason = f"rejected by {answer.by}: {answer.reason or parked.reason}"
        await self._commit(attempt, SubtaskFailed(reason=reason))
        return SubtaskResult(self.subtask.id, End.FAILED, _unproven(outcome, reason), reason)

    def _submit(self, attempt: AttemptHistory, body: EventBody) -> Written:
        """Journal an event without waiting; whatever is committed later waits for it too."""
        return self._journal(attempt).write(body)

    async def _commit(self, attempt: AttemptHistory, body: EventBody) -> None:
        """Journal an event and wait for it."""
        await self._journal(attempt).commit(body)


def honest_outcome(history: SubtaskHistory) -> Outcome:
    """The last outcome of a subtask that is not completed, with the reason for that."""
    attempt = history.attempts[-1]
    outcome = attempt.outcome or _broken(OutcomeStatus.FAILED, "it was never run")
    reason = (history.ending or attempt.failure or outcome).reason
    return outcome.model_copy(update={"status": _honest(outcome.status), "reason": reason})


def _unproven(outcome: Outcome, reason: str) -> Outcome:
    """A claim that nobody verified or a human refused, which nobody must take for a result."""
    return outcome.model_copy(update={"status": OutcomeStatus.FAILED, "reason": reason})


def ending_of(outcome: Outcome, reason: str) -> EventBody:
    """The event that ends a subtask which did not complete."""
    if outcome.status is OutcomeStatus.BLOCKED:
        return SubtaskBlocked(reason=reason)
    if outcome.status is OutcomeStatus.STALLED:
        return SubtaskStalled(reason=reason)
    return SubtaskFailed(reason=reason)


def _waiting(subtask_id: str, reason: str) -> SubtaskResult:
    """A subtask that stopped at a question."""
    return SubtaskResult(subtask_id, End.WAITING, _broken(OutcomeStatus.BLOCKED, reason), reason)


def _honest(status: OutcomeStatus) -> OutcomeStatus:
    """A claim of completion that did not pass is a failure."""
    return OutcomeStatus.FAILED if status is OutcomeStatus.COMPLETED else status


def _broken(status: OutcomeStatus, reason: str) -> Outcome:
    """An outcome that the harness itself gives."""
    return Outcome(
        status=status,
        reason=reason,
        failure=FailureKind.CAPABILITY,
        category=ErrorCategory.RUNTIME,
    )
