"""Taking in an answer as it streams, and stopping a model that only repeats itself."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import cast

from loom_core.contracts.provider import Finished, Provider, ReasoningDelta, StreamItem, TextDelta
from loom_core.errors import BadOutput
from loom_core.surrogates import replace_surrogates
from loom_core.types import (
    AnswerToken,
    FinishReason,
    ModelRequest,
    ModelResponse,
    TokenLogprob,
    ToolCall,
    Usage,
)

TAIL_CHARACTERS = 1500
"""Length of repetition after which a model is taken to be in a loop."""
LONGEST_PERIOD = 200
"""Longest text whose repetition counts."""
_LOOK_EVERY_CHARACTERS = 300
_CHARACTERS_PER_TOKEN = 4


Hear = Callable[[TextDelta | ReasoningDelta], None]
"""Is shown each piece of an answer as it comes; must be quick and must not raise."""


def hear_nothing(_piece: TextDelta | ReasoningDelta) -> None:
    """Let a piece pass unseen."""


async def listen(
    provider: Provider, request: ModelRequest, *, hear: Hear = hear_nothing
) -> ModelResponse:
    """The whole answer. One that repeats itself without end is cut off, with reason ``length``.

    A small model under a schema may never close a string: left alone it fills the whole window,
    which takes minutes and gives nothing. So is one that thinks for longer than ``max_reasoning_tokens`` of
    the model's settings before it says anything.
    """
    heard = _Heard(provider.settings.max_reasoning_tokens)
    response: ModelResponse | None = None
    stream = provider.stream(request)
    try:
        # Read past the last item: that lets the provider keep its connection for the next call.
        async for item in stream:
            if isinstance(item, Finished):
                response = item.response
                continue
            hear(item)
            if heard.is_looping_after(item):
                return _whole(heard.cut_off(provider.settings.model, left_out=TAIL_CHARACTERS))
            if heard.has_thought_too_long:
                return _whole(heard.cut_off(provider.settings.model))
    finally:
        await _close(stream)
    if response is None:
        model = provider.settings.model
        raise BadOutput(f"the stream of {model!r} ended without an answer; try again")
    return _whole(response)


def is_looping(text: str) -> bool:
    """Whether the end of a text is one short piece over and over."""
    tail = text[-TAIL_CHARACTERS:]
    return len(tail) == TAIL_CHARACTERS and _period(tail) <= LONGEST_PERIOD


class _Heard:
    """What came so far."""

    def __init__(self, max_reasoning_tokens: int | None) -> None:
        """Start with nothing; None lets it think for as long as it likes."""
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._unseen_characters = 0
        self._thought_characters = 0
        self._most_thought = (max_reasoning_tokens or 0) * _CHARACTERS_PER_TOKEN

    @property
    def has_thought_too_long(self) -> bool:
        """Whether it has thought for longer than it may and said nothing yet."""
        return 0 < self._most_thought < self._thought_characters and not self._text

    def is_looping_after(self, item: TextDelta | ReasoningDelta) -> bool:
        """Take in a piece; now and then look whether it all goes in circles."""
        pieces = self._text if isinstance(item, TextDelta) else self._reasoning
        pieces.append(item.text)
        if isinstance(item, ReasoningDelta):
            self._thought_characters += len(item.text)
        self._unseen_characters += len(item.text)
        if self._unseen_characters < _LOOK_EVERY_CHARACTERS:
            return False
        self._unseen_characters = 0
        return is_looping("".join(pieces[-TAIL_CHARACTERS:]))

    def cut_off(self, model: str, *, left_out: int = 0) -> ModelResponse:
        """The answer as far as it came, without the end of its text that is left out.

        Its tokens are estimated, since nobody counted them.
        """
        text, reasoning = "".join(self._text), "".join(self._reasoning)
        tokens = (len(text) + len(reasoning)) // _CHARACTERS_PER_TOKEN
        return ModelResponse(
            text=text[: max(len(text) - left_out, 0)],
            reasoning=reasoning,
            finish_reason=FinishReason.LENGTH,
            usage=Usage(completion_tokens=tokens),
            model=model,
        )


def _whole(response: ModelResponse) -> ModelResponse:
    """The answer without halves of characters, which nothing after this could store or send."""
    calls = tuple(
        ToolCall(
            id=replace_surrogates(call.id),
            name=replace_surrogates(call.name),
            arguments=replace_surrogates(call.arguments),
        )
        for call in response.tool_calls
    )
    return response.model_copy(
        update={
            "text": replace_surrogates(response.text),
            "reasoning": replace_surrogates(response.reasoning),
            "tool_calls": calls,
            "model": replace_surrogates(response.model),
            "logprobs": tuple(_whole_token(token) for token in response.logprobs),
        }
    )


def _whole_token(token: AnswerToken) -> AnswerToken:
    """A token that is whole: servers cut characters where their tokens end."""
    top = tuple(
        TokenLogprob(token=replace_surrogates(one.token), logprob=one.logprob) for one in token.top
    )
    return AnswerToken(token=replace_surrogates(token.token), logprob=token.logprob, top=top)


def _period(text: str) -> int:
    """The shortest piece whose repetition is the whole text (Knuth, Morris and Pratt's borders)."""
    borders = [0] * len(text)
    length = 0
    for index in range(1, len(text)):
        while length and text[index] != text[length]:
            length = borders[length - 1]
        length += text[index] == text[length]
        borders[index] = length
    return len(text) - borders[-1]


async def _close(stream: AsyncIterator[StreamItem]) -> None:
    """End a stream early, which cancels its request; nothing happens at its natural end."""
    if isinstance(stream, AsyncGenerator):
        await cast("AsyncGenerator[StreamItem]", stream).aclose()
