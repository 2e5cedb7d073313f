"""What every provider's log-probabilities keep to."""

import math

import pytest
from provider_subjects import SCRIPTED_MODEL

from loom_core.testing import Reply, Script
from loom_core.types import (
    MAX_LOGPROB_TOKENS,
    AnswerToken,
    Message,
    ModelRequest,
    Role,
    TokenLogprob,
)

YES = AnswerToken(
    token="yes",
    logprob=-0.25,
    top=(
        TokenLogprob(token="yes", logprob=-0.25),
        TokenLogprob(token=" no", logprob=-1.5),
        TokenLogprob(token="\ufffd", logprob=-9999.0),
    ),
)
STOP = AnswerToken(token=".", logprob=-0.5, top=(TokenLogprob(token=".", logprob=-0.5),))
VERDICT = Reply(text="yes.", chunk_characters=3, logprobs=(YES, STOP))


def asking(**kwargs):
    turn = Message(role=Role.USER, text="Is water wet? Answer yes or no.")
    return ModelRequest(messages=(turn,), **kwargs)


async def test_the_most_likely_tokens_of_each_place_come_when_asked_for(talker):
    response = await talker.complete(asking(top_logprobs=4, max_tokens=3))

    if not (await talker.capabilities()).log_probabilities:
        assert response.logprobs == ()
        return
    for token in response.logprobs:
        assert 1 <= len(token.top) <= 4
        assert list(token.top) == sorted(token.top, key=lambda one: -one.logprob)
        assert sum(math.exp(one.logprob) for one in token.top) <= 1.001
        assert token.logprob <= 0


async def test_scripted_probabilities_arrive_as_they_were_sent(subject):
    provider = subject.start(Script.always(VERDICT))

    response = await provider.complete(asking(top_logprobs=3))

    declared = (await provider.capabilities()).log_probabilities
    assert declared is (subject.name != "anthropic")
    assert response.logprobs == ((YES, STOP) if declared else ())
    assert response.text == "yes."


async def test_probabilities_are_not_asked_for_by_themselves(subject):
    provider = subject.start(Script.always(VERDICT))

    assert (await provider.complete(asking())).logprobs == ()
    if subject.name != SCRIPTED_MODEL:
        assert "logprobs" not in subject.server.requests[-1].body


async def test_so_many_alternatives_come_as_were_asked_for(subject):
    provider = subject.start(Script.always(VERDICT))

    response = await provider.complete(asking(top_logprobs=2))

    assert [len(token.top) for token in response.logprobs] in ([2, 1], [])


async def test_thoughts_are_not_among_the_tokens(subject):
    provider = subject.start(Script.always(VERDICT.model_copy(update={"reasoning": "Hm. Wet?"})))

    response = await provider.complete(asking(top_logprobs=3))

    assert [token.token for token in response.logprobs] in (["yes", "."], [])


async def test_only_the_beginning_of_a_long_answer_is_kept(remote_subject):
    words = ("word",) * 200
    tokens = tuple(AnswerToken(token=word, logprob=-1.0) for word in words)
    reply = Reply(text="".join(words), chunk_characters=4, logprobs=tokens)
    provider = remote_subject.start(Script.always(reply))

    response = await provider.complete(asking(top_logprobs=1))

    assert len(response.logprobs) in {0, MAX_LOGPROB_TOKENS}


@pytest.mark.parametrize("remote_subject", ["ollama", "openai_compatible"], indirect=True)
async def test_a_server_that_gives_none_is_known_as_one(remote_subject):
    provider = remote_subject.start(Script.always("yes"))
    assert (await provider.capabilities()).log_probabilities

    response = await provider.complete(asking(top_logprobs=3))

    assert response.text == "yes"
    assert response.logprobs == ()
    assert not (await provider.capabilities()).log_probabilities


@pytest.mark.parametrize("remote_subject", ["openai_compatible"], indirect=True)
async def test_a_server_that_refuses_the_field_is_asked_without_it(remote_subject):
    refusal = Reply.status(400, '{"error": {"message": "logprobs are not supported"}}')
    provider = remote_subject.start(Script.of(refusal, "yes", "no"))

    first = await provider.complete(asking(top_logprobs=3))
    second = await provider.complete(asking(top_logprobs=3))

    assert (first.text, second.text) == ("yes", "no")
    bodies = [record.body for record in remote_subject.server.requests]
    assert ["logprobs" in body for body in bodies] == [True, False, False]
    assert not (await provider.capabilities()).log_probabilities
