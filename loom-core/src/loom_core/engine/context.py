"""The capabilities that hooks get: journalled calls of models, tools and checks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from pydantic import JsonValue

from loom_core.contracts.check import Check, CheckContext
from loom_core.contracts.context import Beginning, Lessons, ModelFacts, PendingCall
from loom_core.contracts.tool import Intent, Tool, ToolContext
from loom_core.engine.calls.beginnings import as_beginning, as_event
from loom_core.engine.calls.call_results import error_result, record_of, result_of, with_pictures
from loom_core.engine.calls.checking import run_checks
from loom_core.engine.calls.consent import Approve
from loom_core.engine.calls.hearing import Hearing
from loom_core.engine.calls.looking import reading_tools, refuse_gated
from loom_core.engine.calls.model_calls import Asked, ModelCalls
from loom_core.engine.calls.recall import recall
from loom_core.engine.calls.stepping import Stepping
from loom_core.engine.calls.tool_call import ToolCallRun
from loom_core.engine.earlier import EarlierAttempts
from loom_core.engine.journal import StepJournal
from loom_core.engine.scope import TaskScope
from loom_core.engine.time_limit import TimeLimit
from loom_core.engine.window.stubs import result_name
from loom_core.errors import ErrorCategory
from loom_core.events import ChecksRun, EventBody, ToolCallFinished
from loom_core.settings.shape import Settings
from loom_core.types import (
    ApprovalScope,
    CheckSpec,
    Decision,
    Evidence,
    FileChange,
    MemoryEntry,
    Message,
    ModelResponse,
    ModelRole,
    Outcome,
    Question,
    Task,
    ToolRecord,
    ToolResult,
    ToolSpec,
    Usage,
)
from loom_core.workspace import Workspace

_NONE_EARLIER = EarlierAttempts()


class RunContext:
    """The ``Context`` of one attempt, or of the task outside any subtask."""

    def __init__(
        self,
        scope: TaskScope,
        journal: StepJournal,
        *,
        tier: int = 1,
        urgency: int = 0,
        way: int = 0,
        sample: int = 0,
        earlier: EarlierAttempts = _NONE_EARLIER,
        tools: Mapping[str, Tool[Any]] | None = None,
    ) -> None:
        """Bind the capabilities to one journal.

        Args:
            scope: what the task's run shares.
            journal: where the steps of this attempt go.
            tier: the weakest model tier that calls go to.
            urgency: how much other work waits for this; higher goes first at a model's server.
            way: the attempt, counted without samples.
            sample: which sample of one prompt the attempt is; 0 for none.
            earlier: what the attempts before left.
            tools: the tools that may be called; None is all of the scope's.
        """
        self._scope = scope
        self._journal = journal
        self._stepping = Stepping(scope.gate)
        self._hearing = Hearing(journal, scope.instructions)
        self.way = way
        self.sample = sample
        self._models = self._asking_models(tier, urgency)
        self.feedback, self.verdicts = earlier.feedback, earlier.verdicts
        self._tools = scope.tools if tools is None else tools
        self._seen: dict[str, str] = {}
        self._recalled_from: set[str] = set()
        self._kept: dict[str, JsonValue] = {}
        self._results: dict[str, str] = {}
        self._earlier_changes = earlier.changes
        self.may_wait = True
        """Whether a gated call may stop it until a human answers: not once its work is over."""
        self.own_changes: list[FileChange] = []
        """What this attempt changed, in order."""
        self.records: list[ToolRecord] = []
        """The tool calls of this attempt, in order."""
        self.usage = Usage()
        """Tokens of this attempt's calls."""
        self.checked: list[Evidence] = []
        """What checks saw when they ran last."""

    def _asking_models(self, tier: int, urgency: int) -> ModelCalls:
        """What asks models for this attempt."""
        return ModelCalls(
            self._scope,
            self._journal,
            tier=tier,
            urgency=urgency,
            sample=self.sample,
            take_a_break=self._stepping.waiting_to_ask,
            count=self._count,
        )

    @property
    def task(self) -> Task:
        """The task as it was asked for."""
        return self._scope.task

    @property
    def settings(self) -> Settings:
        """All settings."""
        return self._scope.settings

    @property
    def workspace(self) -> Workspace:
        """The directory that the task may change."""
        return self._scope.workspace

    @property
    def subtask_id(self) -> str:
        """The subtask this context belongs to; empty outside any subtask."""
        return self._journal.subtask_id

    @property
    def attempt(self) -> int:
        """The attempt, from 1; 0 outside any subtask."""
        return self._journal.attempt

    @property
    def tools(self) -> Mapping[str, Tool[Any]]:
        """The tools that may be called here, by name."""
        return self._tools

    @property
    def checks(self) -> Mapping[str, Check]:
        """Every installed acceptance check, by name."""
        return self._scope.checks

    @property
    def changes(self) -> Sequence[FileChange]:
        """What this subtask's attempts have changed so far, in order."""
        return [*self._earlier_changes, *self.own_changes]

    @property
    def beginning(self) -> Beginning | None:
        """How the conversation was begun before a crash or a pause; None when it is new."""
        recorded = self._journal.beginning
        return None if recorded is None else as_beginning(recorded)

    async def begin(self, beginning: Beginning) -> Beginning:
        """Journal how the conversation begins; a resumed attempt gets the recorded beginning."""
        if self.beginning is not None:
            beginning = self.beginning
        else:
            self._journal.write(as_event(beginning, recalled_from=self._recalled_from))
        self._models.stay_with(beginning.model)
        self._seen.update(beginning.seen)
        return beginning

    async def model_facts(self, role: ModelRole) -> ModelFacts:
        """The model that a call with this role would go to now."""
        return await self._models.facts(role)

    async def ask_model(
        self,
        role: ModelRole,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        answer_schema: dict[str, JsonValue] | None = None,
        answer_grammar: str | None = None,
        max_tokens: int | None = None,
        top_logprobs: int | None = None,
        variation: int = 0,
    ) -> ModelResponse:
        """One journalled call of a model. Raises ``ModelError`` when none of the role answers."""
        asked = Asked(
            tuple(messages),
            tuple(tools),
            answer_schema,
            answer_grammar,
            max_tokens,
            top_logprobs,
            variation,
        )
        async with self._stepping.asking():
            return await self._models.ask(role, asked)

    async def call_tool(
        self, name: str, arguments: Mapping[str, JsonValue], *, call_id: str
    ) -> ToolResult:
        """One journalled, approved tool call; whatever goes wrong is an error result."""
        async with self._stepping.acting():
            return await self._call(name, arguments, call_id, self._tools, self._approve)

    async def judge(self) -> ModelFacts | None:
        """The model whose judgement decides; None when none may. Raises ``ModelError``."""
        return await self._models.judge() if self._scope.router.has_judge() else None

    @property
    def reading_tools(self) -> Mapping[str, Tool[Any]]:
        """The tools that only read and ask nobody, by name."""
        return reading_tools(self._scope.tools)

    async def look(
        self, name: str, arguments: Mapping[str, JsonValue], *, call_id: str
    ) -> ToolResult:
        """One journalled call of a tool that only reads; what is gated is refused unasked."""
        async with self._stepping.acting():
            return await self._call(name, arguments, call_id, self.reading_tools, refuse_gated)

    async def _call(
        self,
        name: str,
        arguments: Mapping[str, JsonValue],
        call_id: str,
        tools: Mapping[str, Tool[Any]],
        approve: Callable[[int, PendingCall], Awaitable[Decision]],
    ) -> ToolResult:
        """One journalled call of one of some tools, if it is approved."""
        step = self._journal.next_step()
        result = self._recorded_result(step)
        if result is None:
            tool = tools.get(name)
            if tool is None:
                text = f"there is no tool {name!r} here; tools: {', '.join(tools)}"
                result = error_result(text, ErrorCategory.NOT_FOUND)
                self._journal.write(
                    ToolCallFinished(step=step, call_id=call_id, tool=name, result=result)
                )
            else:
                run = self._tool_call(tool, step, partial(approve, step))
                try:
                    result = await run.run(step, call_id, arguments)
                except asyncio.CancelledError:
                    if run.stopped is not None:
                        self._absorb(name, arguments, run.stopped)
                    raise
                await self._scope.human.withdraw(self._journal, step=step)
        if result.images:
            result = await asyncio.to_thread(with_pictures, result, self.workspace.blobs)
        self._absorb(name, arguments, result)
        return result

    async def run_checks(self, checks: Sequence[CheckSpec]) -> list[Evidence]:
        """What executable checks say of the workspace now; journalled like a call."""
        async with self._stepping.acting():
            self.checked = await self._run_checks(checks)
        return self.checked

    async def _run_checks(self, checks: Sequence[CheckSpec]) -> list[Evidence]:
        """Run checks, once they may begin."""
        step = self._journal.next_step()
        recorded = self._journal.finished(step)
        if isinstance(recorded, ChecksRun):
            return list(recorded.evidence)
        look = CheckContext(self.workspace, self._scope.sandbox, self.changes)
        evidence = await run_checks(checks, self.checks, look)
        self._journal.write(ChecksRun(step=step, evidence=tuple(evidence)))
        return evidence

    async def recall(self, text: str, *, limit: int = 10) -> list[MemoryEntry]:
        """Memory that concerns a text, most relevant first."""
        recalled = await recall(self._scope, text, limit=limit)
        self._recalled_from.update(recalled.sources)
        self._scope.taints.recall(self.subtask_id, recalled.sources)
        return recalled.entries

    async def lessons(self, goal: str = "") -> Lessons:
        """What earlier tasks taught; that it is used is told."""
        lessons, applied = await self._scope.lessons.for_prompt(goal)
        if applied is not None and not self._journal.has_told(applied):
            self._journal.write(applied)
        return lessons

    def story(self) -> list[EventBody]:
        """What happened in this subtask so far, over all attempts and in order."""
        return self._scope.stories.of(self.subtask_id)

    async def new_instructions(self) -> Sequence[str]:
        """What the user said and was not told here yet, oldest first; each is given out once."""
        return self._hearing.new()

    async def emit(self, body: EventBody) -> None:
        """Put an event into the stream; returns when it is committed.

        A resumed attempt says everything again that the crashed one said; that is not added twice.
        """
        if not self._journal.has_told(body):
            await self._journal.commit(body)

    def know(
        self, seen: Mapping[str, str], results: Mapping[str, str], kept: Mapping[str, JsonValue]
    ) -> None:
        """Take over what an earlier conversation has seen, was given and left to its tools."""
        self._seen.update(seen)
        self._results.update(results)
        self._kept.update(kept)

    def restore(self, outcome: Outcome) -> None:
        """Take up an attempt whose conversation is over: its changes, calls and tokens."""
        self.own_changes = list(outcome.changes)
        self.records = list(outcome.tool_records)
        self.usage = outcome.usage
        self.checked = list(outcome.checked)

    def limited(self, limit: TimeLimit) -> AbstractAsyncContextManager[None]:
        """While inside, no more than that time passes, less what a human takes to answer."""
        return self._stepping.limited(limit)

    async def settle(self) -> None:
        """Wait until everything written so far is in the database."""
        await self._journal.commit()

    async def _approve(self, step: int, call: PendingCall) -> Decision:
        """The first decision of the hooks; nobody or an exception is a no."""
        try:
            decision = await self._scope.hooks.approve(call, self)
        except Exception as error:  # noqa: BLE001  # fail closed, whatever a plugin does
            return Decision(approved=False, reason=f"approval failed: {error}", by="harness")
        human = self._scope.human
        if decision is None:
            with self._stepping.waiting_for_human():
                return await human.approve(call, self._journal, step=step, may_wait=self.may_wait)
        if decision.scope is not ApprovalScope.ONCE:
            await human.record(call, decision, self._journal, step=step)
        return decision

    async def _ask(self, step: int, question: Question) -> str:
        """The user's answer to a question of a tool. Raises ``WaitsForHuman``."""
        with self._stepping.waiting_for_human():
            return await self._scope.human.answer(question, self._journal, step=step)

    def _tool_call(self, tool: Tool[Any], step: int, approve: Approve) -> ToolCallRun:
        """A call of a tool under a step, gated where it could send away what it must not."""

        def gate(intent: Intent) -> str:
            scope = self._scope
            return scope.taints.egress_reason(self.subtask_id, tool, scope.sandbox, intent)

        return ToolCallRun(
            tool, self._tool_context(tool.name, step), self._journal, approve, gate=gate
        )

    def _count(self, response: ModelResponse) -> None:
        """Add one call to what this attempt used."""
        self.usage += response.usage.model_copy(update={"calls": 1})

    def _recorded_result(self, step: int) -> ToolResult | None:
        """The result of a step that is finished already."""
        return result_of(self._journal.finished(step))

    def _absorb(self, name: str, arguments: Mapping[str, JsonValue], result: ToolResult) -> None:
        """Keep what a result says of the attempt, whether it just ran or was recorded."""
        tool = self._tools.get(name)
        self.own_changes.extend(result.changes)
        for change in result.changes:  # what its own command changed is not changed by others
            if change.after and self._seen.get(change.path) == change.before:
                self._seen[change.path] = change.after
        risk = tool.risk.value if tool else ""
        self.records.append(record_of(name, arguments, result, risk=risk))
        self._results[result_name(result.text)] = result.text
        seen = result.facts.get("seen")
        if isinstance(seen, dict):
            self._seen.update({path: str(digest) for path, digest in seen.items()})
        if "kept" in result.facts:
            self._kept[name] = result.facts["kept"]

    def _tool_context(self, name: str, step: int) -> ToolContext:
        """What a tool may use during one call."""
        return ToolContext(
            task_id=self.task.id,
            subtask_id=self.subtask_id,
            workspace=self.workspace,
            sandbox=self._scope.sandbox,
            seen_files=dict(self._seen),
            is_offline=self._scope.is_offline,
            ask=partial(self._ask, step),
            kept=self._kept.get(name),
            results=self._results,
        )
