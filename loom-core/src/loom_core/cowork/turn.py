"""One turn of a session: model and tools in turn, until the model answers in plain text."""

import asyncio
from collections import deque
from collections.abc import Sequence

from loom_core.cowork.compacting import Fitting, offered
from loom_core.cowork.history import History
from loom_core.cowork.offering import answer_in
from loom_core.dialects import Action, Blocked, Complete, Malformed, ToolAction
from loom_core.dialects.text_calls import calls_in
from loom_core.engine.attempt.stuck import RepeatedCalls, Repetition
from loom_core.engine.context import RunContext
from loom_core.errors import ContextExceeded, LoomError
from loom_core.events import NudgeSent, ReplyRepaired, TurnSteered
from loom_core.types import FinishReason, ModelResponse, ModelRole

_MOST_FAULTS = 3
"""Replies in a row that cannot be used before the turn ends."""
_CUT_OFF = "Your answer was cut off before its end, so nothing of it ran. Do it in smaller pieces."
_EMPTY = "Your answer was empty. Go on, or say in plain text what you found."
_REPEATED = "You have made this very call before and nothing has changed since. Do the next thing."
_CUT_MARK = "[cut off: the answer reached its limit]"


class TurnStuck(LoomError):
    """A turn that led nowhere: the model repeats itself, cannot be read, or reached the limit."""


class Turn:
    """The loop of one turn; what it says and does is journalled by its context."""

    def __init__(
        self, context: RunContext, history: History, fitting: Fitting, steering: deque[str]
    ) -> None:
        """Work in this context.

        Args:
            context: journals calls of models and tools.
            history: the conversation, which grows by what is journalled.
            fitting: keeps it within the window.
            steering: what the user says meanwhile, taken before each call of the model.
        """
        self._context = context
        self._history = history
        self._fitting = fitting
        self._steering = steering
        self._repeated = RepeatedCalls()
        self._faults = 0

    async def run(self) -> str:
        """The model's answer. Raises ``TurnStuck`` or ``ModelError``."""
        most = self._context.settings.execution.max_loop_iterations
        for call in range(1, most + 1):
            response = await self._ask(call)
            answer = await self._act_on(response, call)
            if answer is not None:
                return answer
        raise TurnStuck(f'no answer after {most} model calls; say "go on" if it should go on')

    async def _ask(self, call: int) -> ModelResponse:
        """The next reply, after what the user said meanwhile."""
        while self._steering:
            await self._context.emit(TurnSteered(text=self._steering.popleft()))
        await self._fitting.make_room(self._context, step=call)
        try:
            return await self._send()
        except ContextExceeded:
            if not await self._fitting.shrink(self._context, step=call):
                raise
            return await self._send()

    async def _send(self) -> ModelResponse:
        """Ask the model to go on with the conversation."""
        messages = self._history.request()
        dialect = self._history.dialect
        response = await self._context.ask_model(
            ModelRole.EXECUTOR,
            messages,
            tools=offered(self._history),
            answer_schema=dialect.answer_schema(self._history.specs, may_end=False),
            answer_grammar=dialect.answer_grammar(self._history.specs, may_end=False),
        )
        self._fitting.note(response.usage, len(messages))
        return response

    async def _act_on(self, response: ModelResponse, call: int) -> str | None:
        """The answer that a reply is; None to go on."""
        if response.finish_reason is FinishReason.LENGTH:
            return await self._cut_off(response, call)
        decoded = self._history.dialect.decode(response, self._history.specs)
        if decoded.repairs:
            await self._context.emit(ReplyRepaired(step=call, repairs=decoded.repairs))
        if not decoded.actions:
            return response.text.strip() or await self._fault(_EMPTY, call)
        return await self._perform(decoded.actions, call)

    async def _cut_off(self, response: ModelResponse, call: int) -> str | None:
        """Text that reached its limit is an answer; a call that did is never run."""
        has_calls = bool(response.tool_calls) or any(calls_in(response.text))
        if has_calls or offered(self._history) == () or not response.text.strip():
            return await self._fault(_CUT_OFF, call)
        return f"{response.text.strip()}\n{_CUT_MARK}"

    async def _perform(self, actions: Sequence[Action], call: int) -> str | None:
        """Run the calls of a reply; a control action among them ends the turn."""
        answers = [text for action in actions if (text := answer_in(action)) is not None]
        calls = [
            action
            for action in actions
            if isinstance(action, ToolAction) and answer_in(action) is None
        ]
        for together in _groups(calls, self._context):
            async with asyncio.TaskGroup() as group:
                for action in together:
                    group.create_task(self._call(action, call))
        if answers:
            return "\n\n".join(answers)
        for action in actions:
            if isinstance(action, Complete):
                return action.summary or "Done."
            if isinstance(action, Blocked):
                return action.reason
        if any(isinstance(action, Malformed) for action in actions):
            return await self._fault("", call)
        self._faults = 0
        return None

    async def _call(self, action: ToolAction, call: int) -> None:
        """Run one call, and notice that the model goes in circles."""
        state = len(self._context.changes)
        repetition = self._repeated.look(action.tool, action.arguments, state=state)
        if repetition is Repetition.STALLED:
            raise TurnStuck(f"it called {action.tool} again and again with nothing changed")
        await self._context.call_tool(action.tool, action.arguments, call_id=action.call_id)
        if repetition is not Repetition.FRESH:
            await self._context.emit(NudgeSent(step=call, text=_REPEATED))

    async def _fault(self, text: str, call: int) -> None:
        """Say what was wrong with a reply; too many in a row end the turn."""
        self._faults += 1
        if self._faults >= _MOST_FAULTS:
            raise TurnStuck(
                "the model's replies could not be used; try another model or other words"
            )
        if text:
            await self._context.emit(NudgeSent(step=call, text=text))


def _groups(calls: Sequence[ToolAction], context: RunContext) -> list[list[ToolAction]]:
    """The calls in order, those that only read together with the reading ones before them."""
    groups: list[list[ToolAction]] = []
    was_reading = False
    for action in calls:
        tool = context.tools.get(action.tool)
        is_reading = tool is not None and tool.is_parallel_safe
        if is_reading and was_reading:
            groups[-1].append(action)
        else:
            groups.append([action])
        was_reading = is_reading
    return groups
