"""Keeping a session within its model's window: stubs for long results, then a summary."""

from collections.abc import Sequence

from loom_core.contracts.context import Context
from loom_core.cowork.history import History
from loom_core.dialects.control import BLOCKED, COMPLETE
from loom_core.engine.window.compaction import STUBS_AT, SUMMARY_AT
from loom_core.engine.window.fitting import conversation_tokens, refuse_full, tools_tokens
from loom_core.engine.window.stubs import with_stubs
from loom_core.engine.window.summary import first_kept, notes_on, summary_of
from loom_core.events import ConversationCompacted, SessionSummarized
from loom_core.types import Message, Role, ToolSpec, Usage

_LEAST_GAIN = 0.1
_MAX_LINE = 200


def offered(history: History) -> tuple[ToolSpec, ...]:
    """The tools that go with a request: no control actions, since plain text ends a turn."""
    specs = history.dialect.request_tools(history.specs)
    return tuple(spec for spec in specs if spec.name not in {COMPLETE, BLOCKED})


class Fitting:
    """Counts a session's tokens and shortens it in time."""

    def __init__(self, history: History) -> None:
        """Look after this conversation."""
        self._history = history
        self._counted = 0
        self._counted_messages = 0

    @property
    def window(self) -> int:
        """Tokens of the window."""
        begun = self._history.beginning
        return begun.window if begun else 0

    def note(self, usage: Usage, messages: int) -> None:
        """Take in what the server counted for a request of so many messages."""
        if usage.prompt_tokens:
            self._counted, self._counted_messages = usage.prompt_tokens, messages

    def tokens(self) -> int:
        """About how many tokens the next request is."""
        messages = self._history.request()
        if self._counted_messages > len(messages):
            self._counted = self._counted_messages = 0
        tokens = conversation_tokens(
            messages, counted=self._counted, counted_messages=self._counted_messages
        )
        return tokens if self._counted else tokens + tools_tokens(offered(self._history))

    async def make_room(self, context: Context, *, step: int) -> None:
        """Shorten the conversation as far as its size asks for. Raises ``ContextExceeded`` if full."""
        if self.tokens() > self.window * STUBS_AT:
            await self._stub(context, step=step)
        if self.tokens() > self.window * SUMMARY_AT:
            await self.summarize(context)
        begun = self._history.beginning
        refuse_full(self.tokens(), begun.model if begun else "", self.window)

    async def shrink(self, context: Context, *, step: int) -> bool:
        """Make it as short as it can be, for a server that refused it; whether that gained anything."""
        before = self.tokens()
        await self._stub(context, step=step, least=0)
        await self.summarize(context)
        return self.tokens() < before

    async def summarize(self, context: Context) -> bool:
        """Put a summary for the older turns; False when there is too little to sum up."""
        history = self._history
        messages, start = history.request(), history.prompt_messages
        first = first_kept(messages, prompt_turns=start, window=self.window)
        old = messages[start:first]
        if conversation_tokens(old) < self.window * _LEAST_GAIN / 2:
            return False
        notes = await notes_on(context, old, window=self.window)
        text = summary_of(_lines(old), notes, window=self.window)
        await context.emit(SessionSummarized(summary=text, kept_messages=len(messages) - first))
        self._counted = self._counted_messages = 0
        return True

    async def _stub(self, context: Context, *, step: int, least: float = _LEAST_GAIN) -> None:
        """Put stubs for long results but those of the last exchange."""
        history = self._history
        messages, before = history.request(), self.tokens()
        answers = [i for i, message in enumerate(messages) if message.role is Role.ASSISTANT]
        recent = "\n".join(message.text for message in messages[answers[-1] :]) if answers else ""
        older = {name: text for name, text in history.results.items() if text not in recent}
        stubbed, names = with_stubs(
            messages,
            older,
            first=history.prompt_messages,
            last=len(messages),
            reader=history.reader,
        )
        saved = conversation_tokens(messages) - conversation_tokens(stubbed)
        if not names or saved < self.window * least:
            return
        self._counted = self._counted_messages = 0
        await context.emit(
            ConversationCompacted(
                step=step,
                way="stubs",
                is_refused=least == 0,
                tokens_before=before,
                tokens_after=before - saved,
                results=tuple(dict.fromkeys(names)),
            )
        )


def _lines(messages: Sequence[Message]) -> list[str]:
    """A line for each turn, as it was."""
    lines: list[str] = []
    for message in messages:
        calls = [f"{call.name} {call.arguments}" for call in message.tool_calls]
        said = " ".join((message.text, *calls)).split()
        if said:
            who = "user" if message.role is Role.USER else message.role.value
            lines.append(f"{who}: {' '.join(said)}"[:_MAX_LINE])
    return lines
