"""One tool call from its arguments to its journalled result: validate, intend, approve, run."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, JsonValue

from loom_core.contracts.tool import Happened, Intent, Probe, RecoveryClass, Risk, Tool, ToolContext
from loom_core.dialects import ArgumentsRejected, validate_arguments
from loom_core.engine.calls.call_results import (
    IN_DOUBT,
    denied_result,
    error_of,
    error_result,
    in_doubt_result,
    storable,
    storable_changes,
)
from loom_core.engine.calls.consent import Approve, Consent
from loom_core.engine.calls.full_disk import refuse_full_disk
from loom_core.engine.changes.leftovers import clear_leftovers
from loom_core.engine.changes.watching import Watch, is_watched, turn_of
from loom_core.engine.journal import StepJournal
from loom_core.engine.time_limit import TimeLimit
from loom_core.errors import ErrorCategory, StoreError, WaitsForHuman
from loom_core.events import StepInDoubt, ToolCallDenied, ToolCallFinished, ToolCallStarted
from loom_core.types import Decision, FileChange, Question, ToolResult
from loom_core.workspace.pictures import keep_pictures

_log = logging.getLogger(__name__)


class ToolCallRun:
    """One call of one tool under one step of the journal."""

    def __init__(
        self,
        tool: Tool[Any],
        context: ToolContext,
        journal: StepJournal,
        approve: Approve,
        *,
        gate: Callable[[Intent], str] = lambda _intent: "",
    ) -> None:
        """Bind the call to its tool, its step's journal and whoever approves.

        ``gate`` says why Loom gates it, whatever the tool says of itself; empty when it does not.
        """
        self._tool = tool
        self._context = context
        self._journal = journal
        self._consent = Consent(tool, context.sandbox, approve, gate)
        self._limit = TimeLimit(tool.timeout_seconds)
        self._ask = context.ask
        context.ask = self._ask_outside_limit
        self._recovery = tool.recovery
        """Of this very call, which may do less than its tool can."""
        self._watch: Watch | None = None
        self._by_others: Sequence[FileChange] = ()
        """What others changed between an intent before a crash and now."""
        self._found: Sequence[FileChange] = ()
        """What the watch found after the tool ended or was stopped."""
        self._has_begun = False
        """Whether the tool was set to work, so that it may have changed something."""

    @property
    def stopped(self) -> ToolResult | None:
        """How far the call got, once it was cancelled and its tool could tell.

        Like after a crash, nobody knows which part of the work was done.
        """
        stopped = self._context.stopped
        if stopped is None and (self._watch is None or not self._has_begun):
            return None
        text = f"{self._tool.name} was stopped before its end. Look before you act again."
        got = self._told(self._marked(stopped or error_result(text, ErrorCategory.TIMEOUT)))
        return got.model_copy(update={"facts": {**got.facts, IN_DOUBT: True}})

    async def run(self, step: int, call_id: str, arguments: Mapping[str, JsonValue]) -> ToolResult:
        """The result, journalled; whatever goes wrong is an error result for the model."""
        try:
            valid = validate_arguments(self._tool.arguments_model, arguments)
            interrupted = self._journal.interrupted(step)
            if interrupted is not None:
                return await self._settle(step, call_id, valid, interrupted)
            intent = await self._intend(valid)
        except WaitsForHuman:
            raise
        except ArgumentsRejected as problem:
            return await self._finish(
                step, call_id, error_result(str(problem), ErrorCategory.VALIDATION)
            )
        except Exception as error:  # noqa: BLE001  # isolation point: a tool never breaks the run
            return await self._finish(step, call_id, error_of(self._tool.name, error))
        decision = await self._consent.ask(valid, intent)
        if not decision.approved:
            return await self._deny(step, call_id, decision)
        return await self._carry_out(step, call_id, arguments, intent, valid)

    async def _carry_out(
        self,
        step: int,
        call_id: str,
        arguments: Mapping[str, JsonValue],
        intent: Intent,
        valid: BaseModel,
    ) -> ToolResult:
        """Journal the intent, run the tool, and journal the result."""
        if intent.changes_nothing:
            self._recovery = RecoveryClass.PURE
        async with self._turn(step):
            # Only now: others may have changed something while this call waited for its turn.
            problem = await self._differs(valid, intent) or await self._look_before()
            if problem is not None:
                return await self._finish(step, call_id, problem)
            await self._journal_intent(step, call_id, arguments, intent)
            self._context.intended = intent.facts
            result = await self._run_noting_stop(step, call_id, valid)
            return await self._finish(step, call_id, result)

    @asynccontextmanager
    async def _turn(self, step: int) -> AsyncGenerator[None]:
        """While inside, a call that has to be watched is the only such call of its workspace."""
        if not is_watched(self._tool, self._recovery):
            yield
            return
        async with turn_of(self._context.workspace):
            self._watch = self._new_watch(step)
            yield

    def _new_watch(self, step: int) -> Watch:
        """Watches this call."""
        return Watch(
            self._context.workspace,
            (self._context.task_id, self._context.subtask_id, self._journal.attempt, step),
            is_command=self._tool.risk is Risk.EXECUTE,
        )

    async def _intend(self, valid: BaseModel) -> Intent:
        """What the call is about to do, and what a wider yes to it would be about."""
        intent = await self._tool.intend(valid, self._context)
        if intent.target or not self._tool.target_argument:
            return intent
        return replace(intent, target=str(getattr(valid, self._tool.target_argument, "")))

    async def _settle(
        self, step: int, call_id: str, valid: BaseModel, started: ToolCallStarted
    ) -> ToolResult:
        """Find out what became of a call that a crash interrupted, and never repeat it blindly."""
        if started.recovery == RecoveryClass.PURE:
            self._recovery = RecoveryClass.PURE
        async with self._turn(step):
            await self._take_up_look(step)
            probe = await self._probe(valid, started)
            if probe.happened is Happened.DONE and probe.result is not None:
                return await self._finish(step, call_id, self._told(probe.result))
            if probe.happened is Happened.NOT_YET:
                return await self._run_again(step, call_id, valid, started)
            return await self._doubt(step, call_id)

    async def _take_up_look(self, step: int) -> None:
        """Find what differs from the look that the process before the crash kept."""
        if self._watch is not None and await self._watch.take_up():
            self._by_others = await self._journal.changes_by_others(step)
            await self._look_after()

    async def _run_again(
        self, step: int, call_id: str, valid: BaseModel, started: ToolCallStarted
    ) -> ToolResult:
        """Run a call of which it is known that it did not happen."""
        self._context.intended = started.intent
        await asyncio.to_thread(clear_leftovers, started.intent, self._context.workspace)
        result = await self._look_before() or await self._run_noting_stop(step, call_id, valid)
        return await self._finish(step, call_id, result)

    async def _doubt(self, step: int, call_id: str) -> ToolResult:
        """Journal that nobody knows whether a call ran, with what it changed if it did."""
        body = StepInDoubt(
            step=step,
            call_id=call_id,
            tool=self._tool.name,
            changes=storable_changes(self._found),
        )
        await self._journal.commit(body)
        if self._watch is not None:
            await self._watch.end()
        return in_doubt_result(body)

    async def _probe(self, valid: BaseModel, started: ToolCallStarted) -> Probe:
        """What is known of the call, or what the tool can tell; in doubt when it cannot."""
        if self._recovery is RecoveryClass.PURE:
            return Probe(Happened.NOT_YET)
        try:
            return await self._tool.probe(valid, started.intent, self._context)
        except Exception:  # noqa: BLE001 - isolation: a probe that breaks leaves the call in doubt
            _log.warning("the probe of %s failed", self._tool.name, exc_info=True)
            return Probe(Happened.IN_DOUBT)

    async def _differs(self, valid: BaseModel, approved: Intent) -> ToolResult | None:
        """What is wrong when the call would now do something else than what was approved."""
        if self._consent.is_needless(approved):
            return None
        try:
            now = await self._intend(valid)
        except Exception as error:  # noqa: BLE001  # isolation point: a tool never breaks the run
            return error_of(self._tool.name, error)
        if self._consent.covers(valid, now, approved):
            return None
        text = (
            f"{self._tool.name} was not run: what it works on changed while the approval was "
            "asked for; look at it again"
        )
        return error_result(text, ErrorCategory.VALIDATION)

    async def _deny(self, step: int, call_id: str, decision: Decision) -> ToolResult:
        """Journal the refusal; the call leaves no other trace."""
        denied = ToolCallDenied(
            step=step,
            call_id=call_id,
            tool=self._tool.name,
            reason=decision.reason,
            by=decision.by,
        )
        await self._journal.commit(denied)
        return denied_result(denied)

    async def _journal_intent(
        self, step: int, call_id: str, arguments: Mapping[str, JsonValue], intent: Intent
    ) -> None:
        """Put the intent into the database before the effect; a pure call need not wait for it."""
        started = ToolCallStarted(
            step=step,
            call_id=call_id,
            tool=self._tool.name,
            arguments=dict(arguments),
            recovery=self._recovery.value,
            intent=intent.facts,
            unkept=self._watch.unkept if self._watch else (),
        )
        if self._recovery is RecoveryClass.PURE:
            self._journal.write(started)
        else:
            await self._journal.commit(started)

    async def _finish(self, step: int, call_id: str, result: ToolResult) -> ToolResult:
        """Journal the result; the next request must not go out before an effect is recorded."""
        result = await self._without_pictures(storable(result))
        body = ToolCallFinished(
            step=step,
            call_id=call_id,
            tool=self._tool.name,
            result=result,
            recovery=self._recovery.value,
        )
        if self._recovery is RecoveryClass.PURE:
            self._journal.write(body)
        else:
            await self._journal.commit(body)
        if self._watch is not None:
            await self._watch.end()
        return result

    async def _without_pictures(self, result: ToolResult) -> ToolResult:
        """The result with its pictures kept apart, which are too much for a journal."""
        if not result.images:
            return result
        blobs = self._context.workspace.blobs
        images = await asyncio.to_thread(keep_pictures, result.images, blobs)
        return result.model_copy(update={"images": images})

    async def _run_noting_stop(self, step: int, call_id: str, valid: BaseModel) -> ToolResult:
        """Run the tool; when that is cancelled, journal first how far it says that it got."""
        self._has_begun = True
        try:
            result = await self._run(valid)
            await self._look_after()
            return self._told(result)
        except asyncio.CancelledError:
            await asyncio.shield(self._look_after())
            if self.stopped is not None:
                await self._note_stop(step, call_id, self.stopped)
            raise

    async def _look_before(self) -> ToolResult | None:
        """Look at the workspace, where nobody did; what is wrong when that cannot be kept."""
        if self._watch is None or self._watch.before is not None:
            return None
        try:
            await self._watch.begin()
        except OSError as error:
            refuse_full_disk(self._tool.name, error)
            return error_of(self._tool.name, error)
        return None

    async def _look_after(self) -> None:
        """Find what the tool changed, where it cannot know that itself."""
        if self._watch is not None:
            self._found = await self._watch.found(self._by_others)

    async def _note_stop(self, step: int, call_id: str, stopped: ToolResult) -> None:
        """Journal the result of a cancelled call; a journal that is gone does not stop the stop."""
        try:
            await asyncio.shield(self._finish(step, call_id, stopped))
        except StoreError:
            _log.warning("what %s did before it was stopped is not recorded", self._tool.name)

    async def _run(self, valid: BaseModel) -> ToolResult:
        """Run the tool within its limit."""
        try:
            async with self._limit:
                return self._marked(await self._tool.run(valid, self._context))
        except WaitsForHuman:
            raise
        except TimeoutError:
            seconds = self._tool.timeout_seconds
            text = f"{self._tool.name} did not end within {seconds:g} s and was stopped."
            return self._marked(self._context.stopped or error_result(text, ErrorCategory.TIMEOUT))
        except Exception as error:  # noqa: BLE001  # isolation point: a tool never breaks the run
            refuse_full_disk(self._tool.name, error)
            return error_of(self._tool.name, error)

    async def _ask_outside_limit(self, question: Question) -> str:
        """The answer to a question of the tool, whose clock stands still meanwhile."""
        with self._limit.paused():
            return await self._ask(question)

    def _told(self, result: ToolResult) -> ToolResult:
        """The result with what the watch found beside what the tool said."""
        return self._watch.told(result, self._found) if self._watch is not None else result

    def _marked(self, result: ToolResult) -> ToolResult:
        """The result with its changes marked when a command made them."""
        if self._tool.risk is not Risk.EXECUTE or not result.changes:
            return result
        changes = tuple(change.model_copy(update={"by_command": True}) for change in result.changes)
        return result.model_copy(update={"changes": changes})
