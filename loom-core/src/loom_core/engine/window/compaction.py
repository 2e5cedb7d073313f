"""Keeping a conversation within the window: stubs for long results, then a summary, then an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from loom_core.contracts.context import Context
from loom_core.engine.window.fitting import conversation_tokens
from loom_core.engine.window.stubs import result_name, with_stubs
from loom_core.engine.window.summary import first_kept, notes_on, summary_of, with_summary
from loom_core.events import ConversationCompacted
from loom_core.prompts import instruction_text
from loom_core.types import Message, Role

STUBS_AT = 0.6
"""The part of the window from which on long results become stubs."""
SUMMARY_AT = 0.8
"""The part of the window from which on older turns become a summary."""
_LEAST_GAIN = 0.1
"""Each way has to concern so much of the window: a compaction makes the server compute all anew."""
_MAX_LINE_CHARACTERS = 160


@dataclass(slots=True)
class Compaction:
    """What makes the conversation of one attempt shorter; the prompt's own words are never cut."""

    context: Context
    prompt: tuple[Message, ...]
    """Role, constraints, goal and job, which stay whatever happens."""
    window: int
    """Tokens, as when the attempt began: a resumed one decides everything as before."""
    tools_tokens: int
    """About what the tools take that go with each request."""
    count: int = 0
    """Compactions so far."""
    said: list[str] = field(default_factory=list[str])
    """What the user said since the beginning, which stays in the user's words."""
    stubs: list[str] = field(default_factory=list[str])
    """The names of results that have become stubs."""
    _results: dict[str, str] = field(default_factory=dict[str, str])
    _calls: list[str] = field(default_factory=list[str])
    _notes: list[str] = field(default_factory=list[str])

    def note(self, tool: str, arguments: Mapping[str, JsonValue], result: str, shown: str) -> None:
        """Note a call, its result, and what of that stands in the conversation."""
        self._results[result_name(result)] = shown
        said = ", ".join(f"{name}={value!r}"[:80] for name, value in arguments.items())
        answer = shown.strip().partition("\n")[0]
        self._calls.append(f"{tool}({said}): {answer}"[:_MAX_LINE_CHARACTERS])

    async def fit(
        self, messages: Sequence[Message], tokens: int, *, step: int
    ) -> list[Message] | None:
        """The conversation made shorter as far as its size asks for; None when it stays as it is.

        Args:
            messages: the conversation.
            tokens: its size with the tools.
            step: the last model call.
        """
        before, turns = tokens, list(messages)
        if tokens > self.window * STUBS_AT:
            stubbed, names = self._stubbed(turns)
            saved = self._size(turns) - self._size(stubbed)
            if names and saved >= self.window * _LEAST_GAIN:
                turns, tokens = stubbed, tokens - saved
                await self._tell("stubs", step, before, tokens, names)
        gain = self.window * _LEAST_GAIN
        if tokens > self.window * SUMMARY_AT and conversation_tokens(self._older(turns)) >= gain:
            turns = await self._summed(turns)
            await self._tell("summary", step, tokens, self._size(turns))
        return turns if turns != list(messages) else None

    async def shrink(self, messages: Sequence[Message], *, step: int) -> list[Message] | None:
        """The conversation as short as it can be made, for a server that refused it; None if it is."""
        before = self._size(messages)
        turns, names = self._stubbed(messages)
        if self._older(turns):
            turns = await self._summed(turns)
        after = self._size(turns)
        if after >= before:
            return None
        way = "stubs" if len(turns) == len(messages) else "summary"
        await self._tell(way, step, before, after, names, is_refused=True)
        return turns

    def _stubbed(self, messages: Sequence[Message]) -> tuple[list[Message], list[str]]:
        """The conversation with stubs for all long results but those of the last exchange."""
        answers = [i for i, message in enumerate(messages) if message.role is Role.ASSISTANT]
        return with_stubs(
            messages,
            self._results,
            first=len(self.prompt),
            last=answers[-1] if answers else len(messages),
            reader=next(
                (tool.name for tool in self.context.tools.values() if tool.reads_results), ""
            ),
        )

    def _older(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The turns that a summary would stand for."""
        turns = len(self.prompt)
        return messages[turns : first_kept(messages, prompt_turns=turns, window=self.window)]

    async def _summed(self, messages: Sequence[Message]) -> list[Message]:
        """The conversation with a summary for its older turns."""
        old = self._older(messages)
        self._notes += await notes_on(self.context, old, window=self.window)
        kept = messages[len(self.prompt) + len(old) :]
        text = summary_of(self._calls, self._notes, window=self.window)
        if self.said:
            text = f"{text}\n\n{instruction_text(self.said)}"
        return with_summary(self.prompt, text, kept)

    def _size(self, messages: Sequence[Message]) -> int:
        """About how many tokens a conversation is with its tools."""
        return conversation_tokens(messages) + self.tools_tokens

    async def _tell(
        self,
        way: Literal["stubs", "summary"],
        step: int,
        before: int,
        after: int,
        names: Sequence[str] = (),
        *,
        is_refused: bool = False,
    ) -> None:
        """Put a compaction into the journal."""
        self.count += 1
        new = [name for name in names if name not in self.stubs]
        self.stubs.extend(new)
        await self.context.emit(
            ConversationCompacted(
                step=step,
                way=way,
                is_refused=is_refused,
                tokens_before=before,
                tokens_after=after,
                results=tuple(new),
            )
        )
