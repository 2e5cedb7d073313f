"""Time limits and windows of every provider that speaks to a server.

Times are scaled down: a second here is three minutes of a real server.
"""

import asyncio

import pytest

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.errors import ContextExceeded, ModelNotLoaded, ModelTimeout, RequestRejected
from loom_core.routing import Router
from loom_core.settings.shape import ModelSettings
from loom_core.testing import (
    FaultKind,
    Reply,
    Script,
    ScriptedServer,
    ServerFacts,
    ServerKind,
)
from loom_core.types import Message, ModelRequest, ModelRole, Role
from loom_providers_ollama.provider import OllamaProvider
from loom_providers_openai.provider import OpenAIProvider

LIMITS = {"first_token_timeout_seconds": 0.4, "token_timeout_seconds": 0.3}
COLD = ServerFacts(is_ollama_loaded=False, load_seconds=1.0, kind=ServerKind.PLAIN)


def asking(text="hi"):
    return ModelRequest(messages=(Message(role=Role.USER, text=text),))


def router(tmp_path, server, provider=OpenAIProvider, say=None, **settings):
    made = ModelSettings(provider="x", model="scripted", base_url=server.url, **settings)
    environment = ProviderEnvironment(home=tmp_path, **({"say": say} if say else {}))
    return Router({"m": made}, lambda _name: provider, environment)


async def ask(routes):
    try:
        route = await routes.route(ModelRole.EXECUTOR)
        return await routes.complete(route, asking())
    finally:
        await routes.close()


async def test_ollama_may_take_longer_to_load_than_any_other_silence(tmp_path):
    said = []
    with ScriptedServer(Script.always("hello"), facts=COLD) as server:
        routes = router(tmp_path, server, OllamaProvider, said.append, **LIMITS)
        response = await ask(routes)

    assert response.text == "hello"
    assert server.loads == [("scripted", 16_384)]
    assert said == ["Ollama loads scripted with a window of 16,384 tokens"]


async def test_a_server_that_loads_within_its_first_answer_is_waited_for(tmp_path):
    reply = Reply(text="hello", delay_seconds=1.0)
    with ScriptedServer(Script.always(reply), facts=COLD) as server:
        assert (await ask(router(tmp_path, server, **LIMITS))).text == "hello"


async def test_a_loaded_model_gets_no_time_to_load(tmp_path):
    reply = Reply(text="hello", delay_seconds=5.0)
    with ScriptedServer(Script.always(reply)) as server:
        with pytest.raises(ModelTimeout, match="first_token_timeout_seconds"):
            await ask(router(tmp_path, server, **LIMITS))
        assert server.wait_for_cancelled()


async def test_a_server_that_says_it_loads_is_asked_until_it_has(tmp_path):
    loading = Reply.status(503, '{"error": {"message": "Loading model", "code": 503}}')
    script = Script.of(loading, loading, "hello")
    with ScriptedServer(script) as server:
        assert (await ask(router(tmp_path, server))).text == "hello"


@pytest.mark.parametrize("provider", [OllamaProvider, OpenAIProvider])
async def test_a_model_that_never_loads_is_given_up(tmp_path, provider):
    facts = COLD.model_copy(update={"load_seconds": 9.0})
    script = Script.always(Reply.failing(FaultKind.SILENT))
    limits = {**LIMITS, "load_timeout_seconds": 0.4}
    gives_up = pytest.raises((ModelNotLoaded, ModelTimeout), match="load_timeout_seconds")
    with ScriptedServer(script, facts=facts) as server, gives_up:
        await ask(router(tmp_path, server, provider, **limits))


async def test_the_length_of_a_prompt_lengthens_the_wait_for_its_first_token(remote_subject):
    reply = Reply(text="hello", delay_seconds=0.8)
    provider = remote_subject.start(Script.always(reply), **LIMITS)

    assert (await provider.complete(asking("word " * 6000))).text == "hello"
    with pytest.raises(ModelTimeout):
        await provider.complete(asking("short"))


async def test_a_cancelled_wait_for_a_first_token_stops_the_server(remote_subject):
    provider = remote_subject.start(Script.always(Reply(text="x", delay_seconds=9)))
    call = asyncio.create_task(provider.complete(asking()))
    await asyncio.to_thread(remote_subject.server.wait_for_requests, 1)

    call.cancel()

    assert await asyncio.to_thread(remote_subject.server.wait_for_cancelled)
    with pytest.raises(asyncio.CancelledError):
        await call


@pytest.mark.parametrize(
    ("kind", "window"),
    [
        (ServerKind.LLAMA_SERVER, 5000),
        (ServerKind.VLLM, 5000),
        (ServerKind.LM_STUDIO, 5000),
        (ServerKind.PLAIN, None),
    ],
)
async def test_a_server_is_asked_for_the_window_that_is_loaded(tmp_path, kind, window):
    with ScriptedServer(Script.always("x"), facts=ServerFacts(kind=kind, window=5000)) as server:
        routes = router(tmp_path, server)
        facts = (await routes.route(ModelRole.EXECUTOR)).facts
        await routes.close()

    assert facts.window == (window or 8192)
    assert facts.is_window_assumed is (window is None)


@pytest.mark.parametrize("kind", [ServerKind.LLAMA_SERVER, ServerKind.VLLM, ServerKind.LM_STUDIO])
async def test_a_window_larger_than_what_is_loaded_is_refused(tmp_path, kind):
    with ScriptedServer(Script.always("x"), facts=ServerFacts(kind=kind, window=5000)) as server:
        with pytest.raises(RequestRejected, match=r"32000.*loaded 5000 tokens; lower it"):
            await ask(router(tmp_path, server, context_window=32_000))
        assert not server.requests


@pytest.mark.parametrize(
    ("facts", "settings", "window"),
    [
        (ServerFacts(window=5000), {}, 5000),
        (ServerFacts(window=5000), {"context_window": 9000}, 9000),
        (ServerFacts(is_ollama_loaded=False), {}, 16_384),
        (ServerFacts(is_ollama_loaded=False, own_num_ctx=24_000), {}, 24_000),
        (ServerFacts(is_ollama_loaded=False, trained_window=2048), {}, 2048),
    ],
)
async def test_ollama_gets_one_window_by_setting_loaded_own_or_default(
    tmp_path, facts, settings, window
):
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        routes = router(tmp_path, server, OllamaProvider, **settings)
        assert (await routes.route(ModelRole.EXECUTOR)).facts.window == window
        await ask(routes)

    assert {record.body["options"]["num_ctx"] for record in server.requests} == {window}
    assert len(server.loads) <= 1


async def test_ollama_that_loads_less_than_it_was_asked_for_is_refused(tmp_path):
    facts = ServerFacts(is_ollama_loaded=False, largest_window=4096)
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        routes = router(tmp_path, server, OllamaProvider, context_window=16_384)
        with pytest.raises(ContextExceeded, match=r"window of 4096.*16384.*context_window to 4096"):
            await routes.require_ready(ModelRole.EXECUTOR)
        await routes.close()
        assert not server.requests


async def test_a_prompt_that_was_cut_under_http_200_is_refused(remote_subject):
    long = "word " * 12_000
    is_claude = remote_subject.name == "anthropic"
    kind = ServerKind.ANTHROPIC if is_claude else ServerKind.LLAMA_SERVER
    facts = ServerFacts(window=16_384, kind=kind)
    usage = {"prompt_tokens": 2051, "completion_tokens": 1}
    provider = remote_subject.start(Script.always(Reply(text="x", usage=usage)), facts)
    await provider.window()

    with pytest.raises(ContextExceeded, match=r"read only 2051 .*context_window"):
        await provider.complete(asking(long))


async def test_a_dense_prompt_that_was_cut_under_http_200_is_refused(remote_subject):
    numbers = " ".join(str(number) for number in range(12_000, 17_000))  # two pieces in six bytes
    is_claude = remote_subject.name == "anthropic"
    kind = ServerKind.ANTHROPIC if is_claude else ServerKind.LLAMA_SERVER
    facts = ServerFacts(window=8192, kind=kind)
    usage = {"prompt_tokens": 4050, "completion_tokens": 1}
    provider = remote_subject.start(Script.always(Reply(text="x", usage=usage)), facts)
    await provider.window()

    with pytest.raises(ContextExceeded, match=r"read only 4050 of at least 10000 .*context_window"):
        await provider.complete(asking(numbers))
