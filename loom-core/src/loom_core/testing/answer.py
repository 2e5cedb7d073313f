"""One reply made ready for sending: the pieces it streams in, its calls and its token counts."""

from collections.abc import Iterator
from dataclasses import dataclass

from loom_core.testing.conversation import Conversation
from loom_core.testing.prompt_cache import CHARACTERS_PER_TOKEN, PromptCache, tokens_in
from loom_core.testing.script import FaultKind, Reply
from loom_core.types.logprob import AnswerToken
from loom_core.types.message import FinishReason, ToolCall, Usage


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request is answered with."""

    text: str
    reasoning: str
    calls: tuple[ToolCall, ...]
    finish: FinishReason
    usage: Usage
    chunk_characters: int
    logprobs: tuple[AnswerToken, ...] = ()

    def pieces(self, text: str) -> Iterator[str]:
        """A text in the pieces it streams in."""
        size = self.chunk_characters
        return (text[start : start + size] for start in range(0, len(text), size))

    def text_with_logprobs(self) -> Iterator[tuple[str, tuple[AnswerToken, ...]]]:
        """The text in pieces, with one token each and what is left over with the last one."""
        pieces = list(self.pieces(self.text))
        for index, piece in enumerate(pieces):
            end = None if index == len(pieces) - 1 else index + 1
            yield piece, self.logprobs[index:end]


def answer_for(reply: Reply, conversation: Conversation, cache: PromptCache) -> Answer:
    """The answer, with simulated token counts where the reply sets none."""
    calls = _calls(reply, conversation.assistant_turns)
    return Answer(
        text=reply.text,
        reasoning=reply.reasoning,
        calls=calls,
        finish=reply.finish,
        usage=_usage(reply, conversation, cache, calls),
        chunk_characters=reply.chunk_characters,
        logprobs=reply.logprobs,
    )


def _calls(reply: Reply, turn: int) -> tuple[ToolCall, ...]:
    """The calls of a reply, each with an id, cut in half where the fault says so."""
    is_cut = reply.fault is not None and reply.fault.kind is FaultKind.TRUNCATED_ARGUMENTS
    calls: list[ToolCall] = []
    for index, call in enumerate(reply.tool_calls):
        text = call.arguments_text
        kept = text[: len(text) // 2] if is_cut else text
        calls.append(ToolCall(id=call.id or f"call_{turn}_{index}", name=call.name, arguments=kept))
    return tuple(calls)


def _usage(
    reply: Reply, conversation: Conversation, cache: PromptCache, calls: tuple[ToolCall, ...]
) -> Usage:
    """Token counts of the reply, simulated where it sets none; the cache sees every prompt."""
    shared = cache.admit(conversation.prompt)
    if reply.usage is not None:
        return Usage(
            prompt_tokens=reply.usage.prompt_tokens,
            cached_tokens=reply.usage.cached_tokens,
            completion_tokens=reply.usage.completion_tokens,
            calls=1,
        )
    written = reply.text + reply.reasoning + "".join(call.name + call.arguments for call in calls)
    return Usage(
        prompt_tokens=tokens_in(conversation.prompt),
        cached_tokens=shared // CHARACTERS_PER_TOKEN,
        completion_tokens=tokens_in(written),
        calls=1,
    )
