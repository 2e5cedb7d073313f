"""Stopping a model that only repeats itself."""

import random

import pytest

from loom_core.contracts.provider import Finished, ReasoningDelta, TextDelta
from loom_core.errors import BadOutput
from loom_core.routing.listening import TAIL_CHARACTERS, is_looping, listen
from loom_core.settings.shape import ModelSettings
from loom_core.types import (
    AnswerToken,
    FinishReason,
    Message,
    ModelRequest,
    ModelResponse,
    Role,
    TokenLogprob,
    ToolCall,
)

REQUEST = ModelRequest(messages=(Message(role=Role.USER, text="go"),))


class Streaming:
    """A provider that streams these items, and knows whether it was left early."""

    settings = ModelSettings(provider="scripted", model="m")

    def __init__(self, *items, forever=None):
        self._items, self._forever = items, forever
        self.was_left_early = False

    async def stream(self, request):
        try:
            for item in self._items:
                yield item
            while self._forever is not None:
                yield self._forever
        except GeneratorExit:
            self.was_left_early = True
            raise


async def test_the_whole_answer_is_given():
    response = ModelResponse(text="hello")
    provider = Streaming(TextDelta("hel"), TextDelta("lo"), Finished(response))

    assert await listen(provider, REQUEST) == response
    assert not provider.was_left_early


@pytest.mark.parametrize("delta", [TextDelta("    "), ReasoningDelta("so, again: ")])
async def test_a_loop_is_cut_off_and_the_request_cancelled(delta):
    provider = Streaming(TextDelta('{"tool": "write_file", "content": "'), forever=delta)

    response = await listen(provider, REQUEST)

    assert response.finish_reason is FinishReason.LENGTH
    assert response.usage.completion_tokens > 0
    assert provider.was_left_early


async def test_a_stream_without_an_end_is_bad_output():
    with pytest.raises(BadOutput, match="'m' ended without an answer"):
        await listen(Streaming(TextDelta("hel")), REQUEST)


def test_long_texts_that_only_look_alike_are_no_loop():
    numbers = "\n".join(f"row {number}: 0" for number in range(1000))
    noise = "".join(random.Random(1).choices("ab", k=5000))

    assert not is_looping(numbers)
    assert not is_looping(noise)


def test_only_a_long_repetition_is_a_loop():
    ruler = "-" * (TAIL_CHARACTERS - 1)

    assert not is_looping(ruler)
    assert is_looping(f"title\n{ruler}--")
    assert is_looping("x = x + 1\n" * 200)


async def test_halves_of_characters_are_replaced_in_every_part_of_an_answer():
    call = ToolCall(id="1\ud800", name="write\udfff", arguments='{"path": "\ud83d"}')
    given = ModelResponse(text="x\ud83d", reasoning="\udc00y", tool_calls=(call,))

    response = await listen(Streaming(Finished(given)), REQUEST)

    assert (response.text, response.reasoning) == ("x\ufffd", "\ufffdy")
    assert response.tool_calls == (
        ToolCall(id="1\ufffd", name="write\ufffd", arguments='{"path": "\ufffd"}'),
    )


async def test_halves_of_characters_in_tokens_are_replaced():
    top = (TokenLogprob(token="\udc80", logprob=-1.0),)
    token = AnswerToken(token="\ud83d", logprob=-0.5, top=top)
    response = ModelResponse(text="hi", logprobs=(token,))

    heard = await listen(Streaming(Finished(response)), REQUEST)

    heard.model_dump_json().encode()
    assert heard.logprobs[0].logprob == -0.5
    assert "\ud83d" not in heard.logprobs[0].token


async def test_a_model_that_thinks_for_too_long_before_it_answers_is_cut_off():
    thinking = Streaming(forever=ReasoningDelta("hm, " * 25))
    thinking.settings = ModelSettings(provider="scripted", model="m", max_reasoning_tokens=50)

    response = await listen(thinking, REQUEST)

    assert (response.text, response.finish_reason) == ("", FinishReason.LENGTH)
    assert 200 < len(response.reasoning) <= 300
    assert thinking.was_left_early


async def test_thoughts_after_the_answer_began_are_not_bounded():
    whole = ModelResponse(text="hello")
    provider = Streaming(TextDelta("hel"), ReasoningDelta("x y z " * 100), Finished(whole))
    provider.settings = ModelSettings(provider="scripted", model="m", max_reasoning_tokens=50)

    assert await listen(provider, REQUEST) == whole


async def test_a_loop_of_words_in_front_of_an_answer_has_nothing_cut_of_its_text():
    loop = "again and again " * 200

    response = await listen(Streaming(TextDelta("x"), forever=ReasoningDelta(loop)), REQUEST)

    assert response.finish_reason is FinishReason.LENGTH
