"""One attempt as a conversation: model, tools, model … until the harness says that it is over."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from loom_core.contracts.context import Beginning, Context, ModelFacts
from loom_core.dialects import (
    DIALECTS,
    Action,
    ActionResult,
    Blocked,
    Complete,
    Dialect,
    Malformed,
    ReplyForm,
    ToolAction,
    ToolChosen,
)
from loom_core.engine.attempt.endings import (
    blocked,
    completed,
    done_by_checks,
    failed,
    stalled,
)
from loom_core.engine.attempt.recent_look import MAX_LISTED_FILES, first_files, recent_look
from loom_core.engine.attempt.stuck import Progress, RepeatedCalls, Repetition
from loom_core.engine.attempt.taking_in import as_turn, has_answer, taken_in
from loom_core.engine.window.compaction import Compaction
from loom_core.engine.window.fitting import conversation_tokens, refuse_full, tools_tokens
from loom_core.errors import ContextExceeded, ErrorCategory
from loom_core.events import NudgeSent, ReplyRepaired
from loom_core.prompts import reminder, with_instructions, with_reminder
from loom_core.types import (
    Evidence,
    FailureKind,
    FinishReason,
    Message,
    ModelResponse,
    ModelRole,
    Outcome,
    OutcomeStatus,
    Subtask,
    ToolSpec,
    VerdictStatus,
)
from loom_core.workspace.git_state import is_in_git

MAX_NUDGES = 2
"""Replies without an action that are answered; the next one goes to verification as it stands."""
MAX_PROTOCOL_ERRORS = 4
"""Unreadable or cut replies in a row before the attempt fails."""

MAX_REFUSALS = 6
"""Times that an attempt may not end, or its claim is sent back, because a check fails."""

_TRY_ON = "Do not give up yet. Try another way once; if that fails too, call blocked again."
_NOT_DONE = "Not done yet: a check fails. Put it right, then call complete."
_TOLD_MORE = "Not done yet: the user has said something new. Do that too, then call complete."
_NOT_RUN = "Not run: the call before it was refused. Make it again if it is still needed."
_CUT_OFF = "Your answer was cut off before its end, so nothing of it ran. Do it in smaller pieces."
_THOUGHT = "You thought for so long that no answer came. Answer at once, with little thought."
_CHOSE_AGAIN = "You had chosen a tool and were asked for its call. Begin again."
_TALKED = "That was text, not an action, so nothing happened."
_REPEATED = "You have this already; nothing has changed since. Do the next thing."


@dataclass(slots=True)
class Conversation:
    """The state of one running conversation."""

    subtask: Subtask
    context: Context
    specs: Sequence[ToolSpec]
    beginning: Beginning
    facts: ModelFacts
    dialect: Dialect = field(init=False)
    form: ReplyForm = field(init=False)
    messages: list[Message] = field(init=False)
    compaction: Compaction = field(init=False)
    calls: RepeatedCalls = field(default_factory=RepeatedCalls)
    kept: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """What tools keep for themselves, by their names."""
    times_kept: int = 0
    """How often that changed."""
    progress: Progress = field(default_factory=Progress)
    nudges: int = 0
    protocol_errors: int = 0
    refusals: int = 0
    has_given_up: bool = False
    replies: int = 0
    counted: int = 0
    """Tokens of the last request, as the server counted them; 0 before the first."""
    counted_messages: int = 0
    evidence: list[Evidence] = field(default_factory=list[Evidence])
    said: list[str] = field(default_factory=list[str])
    """What the user said that the next request has to tell."""

    def __post_init__(self) -> None:
        """Start with the recorded prompt, in its dialect."""
        self.dialect = DIALECTS[self.beginning.dialect]
        self.form = ReplyForm(self.dialect, self.specs)
        self.messages = list(self.beginning.prompt)
        self.compaction = Compaction(
            self.context,
            self.beginning.prompt,
            self.beginning.window or self.facts.window,
            tools_tokens(self.dialect.request_tools(self.specs)),
        )

    async def run(self) -> Outcome:
        """Alternate model and tools until there is an outcome."""
        if self.subtask.checks:
            self.evidence = await self.context.run_checks(self.subtask.checks)
        settings = self.context.settings.execution
        while self.replies - self.form.choices < settings.max_subtask_iterations:
            used = self.context.usage
            if used.prompt_tokens + used.completion_tokens > settings.max_subtask_tokens:
                return stalled(f"more than {settings.max_subtask_tokens} tokens used")
            response = await self._ask()
            outcome = await self._act_on(response)
            if outcome is not None:
                return outcome
        return stalled(f"no end after {settings.max_subtask_iterations} model calls")

    async def _ask(self) -> ModelResponse:
        """The next reply; the conversation only grows, but where it is compacted, which is told.

        Raises ``ContextExceeded`` when it is full and cannot be made shorter.
        """
        await self._hear()
        await self._make_room()
        self.replies += 1
        try:
            response = await self._send()
        except ContextExceeded:
            shorter = await self.compaction.shrink(self.messages, step=self.replies)
            if shorter is None:
                raise
            self._replace(shorter)
            response = await self._send()
        if response.usage.prompt_tokens:
            self.counted, self.counted_messages = response.usage.prompt_tokens, len(self.messages)
        self.messages.append(as_turn(response))
        return response

    async def _hear(self) -> None:
        """Put what the user said at the tail of the conversation."""
        if await self._is_told_more():
            self.messages = with_instructions(self.messages, self.said)
            self.compaction.said += self.said
            self.said = []

    async def _is_told_more(self) -> bool:
        """Whether the user said something that the model does not know yet."""
        self.said += await self.context.new_instructions()
        return bool(self.said)

    async def _make_room(self) -> None:
        """Compact the conversation when it has grown far. Raises ``ContextExceeded`` if it is full."""
        shorter = await self.compaction.fit(self.messages, self._tokens(), step=self.replies)
        if shorter is not None:
            self._replace(shorter)
        refuse_full(self._tokens(), self.beginning.model, self.compaction.window)

    def _replace(self, messages: list[Message]) -> None:
        """Go on with a shorter conversation, whose size nobody has counted yet."""
        self.messages = messages
        self.counted = self.counted_messages = 0

    def _tokens(self) -> int:
        """About how many tokens the next request is."""
        tokens = conversation_tokens(
            self.messages, counted=self.counted, counted_messages=self.counted_messages
        )
        return tokens if self.counted else tokens + self.compaction.tools_tokens

    async def _send(self) -> ModelResponse:
        """Ask the model to go on with the conversation."""
        offered = self.dialect.request_tools(self.specs)
        # Tools that go with the request have schemas of their own, which list no files.
        files = None if offered else await self._files()
        schema, grammar = self.form.constraints(files, self._may_end)
        return await self.context.ask_model(
            ModelRole.EXECUTOR,
            self.messages,
            tools=offered,
            answer_schema=schema,
            answer_grammar=grammar,
        )

    async def _files(self) -> list[str] | None:
        """The files there are, if a schema can list them."""
        if not any(spec.existing for spec in self.specs):
            return None
        found = await recent_look(self.context.workspace, first_files)
        return [*found, *self.compaction.stubs] if len(found) <= MAX_LISTED_FILES else None

    def _may_end(self) -> bool:
        """Whether the next reply may be a control action: not while a check is known to fail.

        Within a bound, since the check may be what is wrong.
        """
        failing = any(item.status is VerdictStatus.FAILED for item in self.evidence)
        if not failing or not self.specs or self.refusals == MAX_REFUSALS:
            return True
        self.refusals += 1
        return False

    async def _act_on(self, response: ModelResponse) -> Outcome | None:
        """What a reply leads to; None to go on."""
        had_chosen = self.form.take_reply()
        if response.finish_reason is FinishReason.LENGTH:
            return await self._protocol_error(_CUT_OFF if has_answer(response) else _THOUGHT)
        decoded = self.dialect.decode(response, self.specs)
        if decoded.repairs:
            await self.context.emit(ReplyRepaired(step=self.replies, repairs=decoded.repairs))
        if not decoded.actions:
            return await self._nudge(response)
        first = decoded.actions[0]
        if isinstance(first, ToolChosen):
            if had_chosen:
                return await self._protocol_error(_CHOSE_AGAIN)
            self.messages.append(self.form.choose(first))
            return None
        return await self._perform(decoded.actions)

    async def _perform(self, actions: Sequence[Action]) -> Outcome | None:
        """Run the actions of one reply in order; a control action ends the attempt."""
        results: list[ActionResult] = []
        waiting = list(actions)
        while waiting:
            action = waiting[0]
            if isinstance(action, Blocked | Complete):
                outcome, refusal = await self._end(action)
                if outcome is not None:
                    return outcome
                results.append(ActionResult(action.call_id, refusal))
                results.extend(ActionResult(left.call_id, _NOT_RUN) for left in waiting[1:])
                break
            if isinstance(action, Malformed):
                self.protocol_errors += 1
                results.append(ActionResult(action.call_id, f"Error: {action.problem}"))
                waiting.pop(0)
                continue
            together = self._together(waiting)
            del waiting[: len(together)]
            outcome = await self._call_all(together, results)
            if outcome is not None:
                return outcome
        if self.protocol_errors > MAX_PROTOCOL_ERRORS:
            return failed(FailureKind.PROTOCOL, ErrorCategory.MODEL, "its calls could not be read")
        self._answer(results)
        return None

    async def _end(self, action: Blocked | Complete) -> tuple[Outcome | None, str]:
        """The outcome that a control action leads to, or why the attempt may not end by it."""
        if isinstance(action, Blocked):
            return (None, _TRY_ON) if self._is_premature() else (blocked(action.reason), "")
        missing = await self._missing() or (_TOLD_MORE if await self._is_told_more() else "")
        return (None, missing) if missing else (completed(action), "")

    def _together(self, actions: Sequence[Action]) -> list[ToolAction]:
        """The first call, with those after it that may run beside it: all of them only read."""
        calls: list[ToolAction] = []
        for action in actions:
            if not isinstance(action, ToolAction) or (calls and not self._only_reads(action)):
                break
            calls.append(action)
            if not self._only_reads(action):
                break
        return calls

    def _only_reads(self, action: ToolAction) -> bool:
        """Whether a call may run at the same time as other reading calls."""
        return self.context.tools[action.tool].is_parallel_safe

    async def _call_all(
        self, actions: Sequence[ToolAction], results: list[ActionResult]
    ) -> Outcome | None:
        """Run calls side by side and add their results in order; an outcome ends the attempt."""
        try:
            async with asyncio.TaskGroup() as group:
                calls = [group.create_task(self._call(action)) for action in actions]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None  # the others were cancelled for it
        for call in calls:
            answer = call.result()
            if isinstance(answer, Outcome):
                return answer
            results.append(answer)
        return None

    def _is_premature(self) -> bool:
        """Whether a model gives up before it tried another way, as small ones do at a first error."""
        is_first = not self.has_given_up
        self.has_given_up = True
        return is_first and bool(self.context.changes)

    async def _missing(self) -> str:
        """What the checks say is not there yet although the model claims to be done.

        Telling it within the conversation costs one turn; a new attempt costs a whole prompt.
        """
        if self.refusals == MAX_REFUSALS or not self.subtask.checks:
            return ""
        self.evidence = await self.context.run_checks(self.subtask.checks)
        if not any(item.status is VerdictStatus.FAILED for item in self.evidence):
            return ""
        self.refusals += 1
        return _NOT_DONE

    async def _call(self, action: ToolAction) -> Outcome | ActionResult:
        """Run one call, or notice that it goes in circles."""
        self.protocol_errors = 0
        state = self._state()
        repetition = self.calls.look(action.tool, action.arguments, state=state)
        kept = self.calls.kept(action.tool, action.arguments, state=state)
        if repetition is not Repetition.FRESH and kept is not None:
            return await self._repeated(action, repetition, kept)
        result = await self.context.call_tool(action.tool, action.arguments, call_id=action.call_id)
        text, images = taken_in(result, self.facts)
        self.compaction.note(action.tool, action.arguments, result.text, text)
        if "kept" in result.facts and result.facts["kept"] != self.kept.get(action.tool):
            self.kept[action.tool] = result.facts["kept"]
            self.times_kept += 1
        self.calls.keep(action.tool, action.arguments, text, state=self._state())
        # Git rewrites its own index whenever it looks: that is no try at what the checks want.
        if self.subtask.checks and not all(is_in_git(one.path) for one in result.changes):
            self.evidence = await self.context.run_checks(self.subtask.checks)
            if self.progress.is_stalled(self.evidence):
                return stalled("change after change, and the same checks fail")
        return ActionResult(action.call_id, text, images)

    def _state(self) -> int:
        """A number that grows when the workspace changes, what a tool keeps, or what is still shown."""
        return len(self.context.changes) + self.times_kept + self.compaction.count

    async def _repeated(
        self, action: ToolAction, repetition: Repetition, kept: str
    ) -> Outcome | ActionResult:
        """The ladder for a repeated call: its kept result, a nudge, then the end.

        A model that repeats itself while every check passes is done and does not know how to
        stop; going on is how small models destroy right results.
        """
        if self._all_checks_pass() and not await self._is_told_more():
            return done_by_checks()
        if repetition is Repetition.STALLED:
            return stalled(f"{action.tool} was called again and again with nothing changed")
        await self.context.emit(NudgeSent(step=self.replies, text=_REPEATED))
        text = f"{kept}\n{_REPEATED}" if repetition is Repetition.NOTICED else _REPEATED
        return ActionResult(action.call_id, text)

    def _all_checks_pass(self) -> bool:
        """Whether there are checks and the workspace fulfils all of them now."""
        return bool(self.evidence) and all(
            item.status is VerdictStatus.PASSED for item in self.evidence
        )

    def _answer(self, results: Sequence[ActionResult]) -> None:
        """Append the turn with the results, the reminder at its very end."""
        line = reminder(self.subtask.description, self.evidence)
        *first, last = results
        tail = replace(last, text=with_reminder(last.text, line))
        self.messages.extend(self.dialect.result_messages([*first, tail]))

    async def _nudge(self, response: ModelResponse) -> Outcome | None:
        """Answer a reply without an action; after two it goes to verification as it stands."""
        is_over = self.nudges == MAX_NUDGES or self._all_checks_pass()
        if is_over and not await self._is_told_more():
            return Outcome(status=OutcomeStatus.COMPLETED, summary=response.text.strip()[:600])
        self.nudges += 1
        await self._speak(_TALKED)
        return None

    async def _protocol_error(self, text: str) -> Outcome | None:
        """Tell the model that its reply could not be used, within a bound."""
        self.protocol_errors += 1
        if self.protocol_errors > MAX_PROTOCOL_ERRORS:
            return failed(FailureKind.PROTOCOL, ErrorCategory.MODEL, "its answers were cut off")
        await self._speak(text)
        return None

    async def _speak(self, text: str) -> None:
        """Append a turn of the harness, and say so in the stream."""
        said = f"{text} {self.dialect.describe_format()}"
        await self.context.emit(NudgeSent(step=self.replies, text=text))
        line = reminder(self.subtask.description, self.evidence)
        self.messages.append(self.dialect.speak(with_reminder(said, line)))
