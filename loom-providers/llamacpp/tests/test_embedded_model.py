"""The real default model: fetched on the first run, then read from Loom's home."""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from loom_core.contracts.provider import Finished, ProviderEnvironment, TextDelta
from loom_core.errors import ContextExceeded, RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.types import FinishReason, Message, ModelRequest, Role, Sampling
from loom_providers_llamacpp.provider import EmbeddedProvider

pytestmark = [pytest.mark.embedded, pytest.mark.slow, pytest.mark.timeout(600)]
RULES = Message(role=Role.SYSTEM, text="You answer in one short sentence. " * 8)


@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def home():
    """Loom's home, so that the model is fetched once a machine and not once a run."""
    return Path(os.environ.get("LOOM_HOME", "~/.loom")).expanduser()


@pytest.fixture(scope="module")
async def model(anyio_backend, home):
    """The default model with a small window, loaded once for this file."""
    settings = ModelSettings(provider="llamacpp", context_window=2048)
    provider = EmbeddedProvider(settings, ProviderEnvironment(home=home))
    yield provider
    await provider.close()


def asking(text, **kwargs):
    greedy = Sampling(temperature=0.0, seed=1)
    messages = (RULES, Message(role=Role.USER, text=text))
    return ModelRequest(messages=messages, **({"sampling": greedy, "max_tokens": 24} | kwargs))


async def test_it_answers(model):
    response = await model.complete(asking("What is the capital of France?"))

    assert "Paris" in response.text
    assert response.usage.prompt_tokens > 20
    assert response.usage.completion_tokens > 0
    assert 0 < response.timings.first_token_seconds <= response.timings.total_seconds


async def test_it_streams_piece_by_piece(model):
    items = [item async for item in model.stream(asking("Name three colours."))]

    pieces = [item.text for item in items if isinstance(item, TextDelta)]
    assert len(pieces) > 2
    assert isinstance(items[-1], Finished)
    assert "".join(pieces) == items[-1].response.text


async def test_schema_decides_the_shape(model):
    def action(tool, **properties):
        return {
            "type": "object",
            "properties": {"tool": {"const": tool}, **properties},
            "required": ["tool", *properties],
            "additionalProperties": False,
        }

    path = {"type": "string", "maxLength": 100}
    schema = {
        "anyOf": [
            action("write_file", path=path, content={"type": "string", "maxLength": 20_000}),
            action("read_file", path=path),
        ]
    }

    response = await model.complete(
        asking("Create hello.py that prints hello.", answer_schema=schema, max_tokens=80)
    )

    answer = json.loads(response.text)
    assert answer["tool"] in {"write_file", "read_file"}
    assert isinstance(answer["path"], str)
    assert response.finish_reason is FinishReason.STOP


async def test_length_in_a_schema_holds_even_beside_a_pattern(model):
    name = {"type": "string", "maxLength": 12, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}
    schema = {"type": "object", "properties": {"id": name}, "required": ["id"]}

    response = await model.complete(asking("Name the task.", answer_schema=schema, max_tokens=80))

    assert len(json.loads(response.text)["id"]) <= 12


async def test_broken_schema_is_rejected(model):
    with pytest.raises(RequestRejected, match="schema"):
        await model.complete(asking("hi", answer_schema={"type": "strng"}))


async def test_answer_that_hits_its_limit_says_so(model):
    response = await model.complete(asking("Write a long poem about the sea.", max_tokens=5))

    assert response.finish_reason is FinishReason.LENGTH
    assert response.usage.completion_tokens == 5


async def test_prompt_longer_than_the_window_is_refused_at_once(model):
    with pytest.raises(ContextExceeded, match="2048"):
        await model.complete(asking("word " * 3000))


async def test_longer_conversation_takes_its_beginning_from_the_cache(model):
    first = asking("Tell me about rivers.", max_tokens=8)
    answer = await model.complete(first)
    longer = (*first.messages, answer.as_message(), Message(role=Role.USER, text="And lakes?"))

    again = await model.complete(first.model_copy(update={"messages": longer}))

    assert again.usage.cached_tokens >= 0.8 * answer.usage.prompt_tokens


@pytest.mark.parametrize("text", ["Count from one to a thousand.", "word " * 1500])
async def test_cancel_takes_effect_within_seconds(model, text):
    answer = asyncio.create_task(model.complete(asking(text, max_tokens=500)))
    await asyncio.sleep(0.5)

    began = time.monotonic()
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer

    assert time.monotonic() - began < 12
    assert (await model.complete(asking("hi", max_tokens=1))).usage.completion_tokens == 1


async def test_two_requests_run_at_once(model):
    async def tokens(text):
        stream = model.stream(asking(text, max_tokens=12))
        return [time.monotonic() async for item in stream if isinstance(item, TextDelta)]

    first, second = await asyncio.gather(
        tokens("Tell me about cats."), tokens("Tell me about dogs.")
    )

    assert max(first[0], second[0]) < min(first[-1], second[-1])


async def test_tokens_are_counted_as_the_model_counts_them(model):
    request = asking("How many tokens are these?", max_tokens=1)

    used = (await model.complete(request)).usage.prompt_tokens

    assert await model.count_tokens(request.messages) == used


async def test_loaded_window_is_the_one_asked_for(model):
    await model.complete(asking("hi", max_tokens=1))

    assert await model.window() == 2048
    assert "2048" in (await model.health()).detail


async def test_nothing_is_written_to_stderr(model, capfd):
    pattern = {"type": "string", "pattern": "[a-z]+", "maxLength": 5}
    schema = {"type": "object", "properties": {"a": pattern}, "required": ["a"]}

    await model.complete(asking("hi", answer_schema=schema, max_tokens=30))

    assert capfd.readouterr().err == ""
