import asyncio
import subprocess
import sys

import pytest

from loom_core.contracts.provider import FoundAs, ProviderEnvironment
from loom_core.errors import (
    BadOutput,
    ContextExceeded,
    ModelNotFound,
    ModelNotLoaded,
    RequestRejected,
)
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Reply, Script, ScriptedServer, ScriptedUsage, ServerFacts
from loom_core.types import Image, Message, ModelRequest, Role
from loom_providers_ollama.provider import OllamaProvider


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def connect(tmp_path):
    made = []

    def _connect(url, **settings):
        settings = {"provider": "ollama", "model": "scripted", "base_url": url} | settings
        environment = ProviderEnvironment(home=tmp_path)
        made.append(OllamaProvider(ModelSettings(**settings), environment))
        return made[-1]

    yield _connect
    for provider in made:
        await provider.close()


def asking(text="hi", **more):
    return ModelRequest(messages=(Message(role=Role.USER, text=text),), **more)


@pytest.mark.parametrize(
    ("model", "is_local"),
    [("qwen3", True), ("cloudy:7b", True), ("gpt-oss:120b-cloud", False), ("kimi-k2:cloud", False)],
)
async def test_a_model_that_ollama_hands_on_is_not_the_users_own(connect, model, is_local):
    assert connect("http://127.0.0.1:1", model=model).server.is_local is is_local


@pytest.mark.parametrize(
    ("facts", "settings", "window"),
    [
        ({"window": 4096}, {}, 4096),
        ({"window": 4096}, {"context_window": 8192}, 8192),
        ({"is_ollama_loaded": False}, {}, 16_384),
        ({"is_ollama_loaded": False, "trained_window": 2048}, {}, 2048),
    ],
)
async def test_one_window_for_every_request(connect, facts, settings, window):
    with ScriptedServer(Script.always("x"), facts=ServerFacts(**facts)) as server:
        provider = connect(server.url, **settings)
        for _ in range(3):
            await provider.complete(asking(max_tokens=5))

        assert await provider.window() == window
        sent = [record.body["options"]["num_ctx"] for record in server.requests]
        assert sent == [window] * 3
        assert server.paths.count("/api/show") == 1


async def test_window_beyond_the_model_is_refused_with_the_fix(connect):
    with ScriptedServer(Script.always("x"), facts=ServerFacts(trained_window=4096)) as server:
        provider = connect(server.url, context_window=100_000)
        with pytest.raises(RequestRejected, match="4096"):
            await provider.complete(asking())


async def test_prompt_that_cannot_fit_never_reaches_the_server(connect):
    with ScriptedServer(Script.always("x")) as server:
        provider = connect(server.url, context_window=1024)
        with pytest.raises(ContextExceeded, match="context_window"):
            await provider.complete(asking("word " * 5000))

        assert server.requests == []


async def test_a_picture_does_not_count_by_the_size_of_its_file(connect):
    picture = Image(media_type="image/png", data="A" * 1_000_000)
    turn = Message(role=Role.USER, text="look", images=(picture,))
    reply = Reply(text="x", usage=ScriptedUsage(prompt_tokens=1500, completion_tokens=1))
    with ScriptedServer(Script.always(reply), facts=ServerFacts(window=4096)) as server:
        response = await connect(server.url).complete(ModelRequest(messages=(turn,)))

        assert response.text == "x"
        assert server.requests[0].body["messages"][0]["images"] == [picture.data]


@pytest.mark.parametrize("sees", [True, False])
async def test_ollama_says_whether_its_model_sees(connect, sees):
    with ScriptedServer(Script.always("x"), facts=ServerFacts(sees_images=sees)) as server:
        assert (await connect(server.url).capabilities()).sees_images is sees


async def test_silent_truncation_is_an_error(connect):
    with ScriptedServer(Script.always("a confident answer")) as server:
        provider = connect(server.url, context_window=2048)
        with pytest.raises(ContextExceeded, match="Ollama read only"):
            await provider.complete(asking("word " * 2200))

        assert len(server.requests) == 1


async def test_truncation_to_a_part_of_the_window_is_an_error(connect):
    usage = ScriptedUsage(prompt_tokens=900, completion_tokens=5)
    with ScriptedServer(Script.always(Reply(text="sure", usage=usage))) as server:
        provider = connect(server.url, context_window=2048)
        with pytest.raises(ContextExceeded, match="only 900"):
            await provider.complete(asking("word " * 2200))


async def test_missing_model_says_how_to_fetch_it(connect):
    with ScriptedServer(Script.always("x")) as server:
        provider = connect(server.url, model="qwen3:8b")
        with pytest.raises(ModelNotFound, match="ollama pull qwen3:8b"):
            await provider.complete(asking())
        health = await provider.health()

    assert not health.is_ready
    assert "ollama pull qwen3:8b" in health.detail


async def test_no_model_named_says_what_to_set(connect):
    with pytest.raises(ModelNotFound, match="ollama list"):
        await connect("http://127.0.0.1:1", model="").complete(asking())


async def test_too_little_memory_says_what_to_change(connect):
    body = '{"error": "model requires more system memory (9.1 GiB) than is available (4.0 GiB)"}'
    with ScriptedServer(Script.always(Reply.status(500, body))) as server:
        provider = connect(server.url)
        with pytest.raises(ModelNotLoaded, match="smaller model"):
            await provider.complete(asking())


async def test_parser_error_of_the_server_is_bad_output(connect):
    body = '{"error": "error parsing tool call: raw=\'{\'"}'
    with ScriptedServer(Script.always(Reply.status(500, body))) as server, pytest.raises(BadOutput):
        await connect(server.url).complete(asking())


async def test_models_that_can_chat_are_found(monkeypatch, tmp_path):
    facts = ServerFacts(models=("loaded:7b", "newer:3b"))
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{server.port}")
        found = await OllamaProvider.discover(ProviderEnvironment(home=tmp_path))

    assert [model.settings.model for model in found] == ["loaded:7b", "newer:3b"]
    assert found[0].found_as is FoundAs.RUNNING
    assert found[0].settings.base_url == server.url
    assert found[0].label == f"loaded:7b on Ollama at {server.url}"


async def test_found_model_can_be_used(monkeypatch, tmp_path):
    with ScriptedServer(Script.always("yes")) as server:
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{server.port}")
        environment = ProviderEnvironment(home=tmp_path, is_offline=True)
        (found,) = await OllamaProvider.discover(environment)
        provider = OllamaProvider(found.settings, environment)
        try:
            assert (await provider.complete(asking())).text == "yes"
        finally:
            await provider.close()


@pytest.mark.parametrize("host", ["127.0.0.1:9", "ftp://x", "http://a:b@c", "model.invalid:1"])
async def test_nothing_found_is_no_error(monkeypatch, tmp_path, host):
    monkeypatch.setenv("OLLAMA_HOST", host)
    environment = ProviderEnvironment(home=tmp_path, is_offline=True)

    assert list(await OllamaProvider.discover(environment)) == []


async def test_estimate_follows_what_the_server_counted(connect):
    usage = ScriptedUsage(prompt_tokens=600, completion_tokens=1)
    with ScriptedServer(Script.always(Reply(text="x", usage=usage))) as server:
        provider = connect(server.url)
        message = Message(role=Role.USER, text="x" * 3000)
        before = await provider.count_tokens([message])
        await provider.complete(ModelRequest(messages=(message,)))
        after = await provider.count_tokens([message])

    assert after < before
    assert after == pytest.approx(600, rel=0.1)


async def test_window_is_asked_once_however_many_ask(connect):
    with ScriptedServer(Script.always("x")) as server:
        provider = connect(server.url)
        await asyncio.gather(*(provider.window() for _ in range(5)), provider.capabilities())

        assert server.paths.count("/api/show") == 1


def test_importing_and_discovering_nothing_stays_light():
    code = (
        "import asyncio, os, sys, pathlib\n"
        "os.environ['OLLAMA_HOST'] = '127.0.0.1:9'\n"
        "from loom_core.contracts.provider import ProviderEnvironment\n"
        "from loom_providers_ollama.provider import OllamaProvider\n"
        "here = ProviderEnvironment(home=pathlib.Path())\n"
        "assert not asyncio.run(OllamaProvider.discover(here))\n"
        "print([name for name in ('aiohttp', 'httpx') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"
