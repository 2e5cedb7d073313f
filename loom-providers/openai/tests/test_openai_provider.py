import asyncio
import socket
import subprocess
import sys

import pytest
from pydantic import SecretStr

from loom_core.contracts.provider import FoundAs, ProviderEnvironment
from loom_core.errors import ModelNotFound, ModelUnauthorized
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Reply, Rule, Script, ScriptedServer, ServerFacts, ServerKind
from loom_core.types import Message, ModelRequest, Role, Sampling
from loom_core.wire import ServerAddress, key_for
from loom_providers_openai.credentials import OFFICIAL
from loom_providers_openai.discovery import find_llama_server, find_lm_studio
from loom_providers_openai.provider import OpenAIProvider

HI = ModelRequest(messages=(Message(role=Role.USER, text="hi"),))


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def connect(tmp_path):
    made = []

    def _connect(url, **settings):
        settings = {"provider": "openai", "model": "scripted", "base_url": url} | settings
        environment = ProviderEnvironment(home=tmp_path)
        made.append(OpenAIProvider(ModelSettings(**settings), environment))
        return made[-1]

    yield _connect
    for provider in made:
        await provider.close()


@pytest.mark.parametrize(
    ("kind", "window"),
    [
        (ServerKind.LLAMA_SERVER, 4096),
        (ServerKind.VLLM, 4096),
        (ServerKind.LM_STUDIO, 4096),
        (ServerKind.PLAIN, None),
    ],
)
async def test_loaded_window_is_asked_of_each_kind_of_server(connect, kind, window):
    facts = ServerFacts(kind=kind, window=4096)
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        assert await connect(server.url).window() == window


async def test_slots_come_from_the_settings_or_the_server(connect):
    with ScriptedServer(Script.always("x"), facts=ServerFacts(slots=6)) as server:
        assert (await connect(server.url).capabilities()).slots == 6
        assert (await connect(server.url, slots=2).capabilities()).slots == 2


@pytest.mark.parametrize("sees", [True, False])
@pytest.mark.parametrize("kind", [ServerKind.LLAMA_SERVER, ServerKind.LM_STUDIO])
async def test_server_says_whether_its_model_sees(connect, kind, sees):
    facts = ServerFacts(kind=kind, sees_images=sees)
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        assert (await connect(server.url).capabilities()).sees_images is sees


async def test_server_is_asked_once(connect):
    with ScriptedServer(Script.always("x")) as server:
        provider = connect(server.url)
        await asyncio.gather(provider.window(), provider.capabilities(), provider.window())

        assert server.paths.count("/props") == 1


async def test_v1_is_added_or_kept(connect):
    with ScriptedServer(Script.always("x")) as server:
        assert (await connect(server.url).complete(HI)).text == "x"
        assert (await connect(server.url + "/v1/").complete(HI)).text == "x"


async def test_one_connection_serves_call_after_call(connect):
    with ScriptedServer(Script.always("x")) as server:
        provider = connect(server.url)
        for _ in range(3):
            await provider.complete(HI)

        ports = {record.headers["host"] for record in server.requests}
        assert len(server.requests) == 3
        assert len(ports) == 1


async def test_model_left_empty_is_the_first_loaded_one(connect):
    facts = ServerFacts(kind=ServerKind.LM_STUDIO, models=("qwen", "other"))
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        await connect(server.url, model="").complete(HI)

        assert server.requests[0].body["model"] == "qwen"


async def test_health_names_what_is_there(connect):
    facts = ServerFacts(models=("qwen", "llama"))
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        health = await connect(server.url, model="mistral").health()

    assert not health.is_ready
    assert "qwen, llama" in health.detail


async def test_server_that_takes_no_schema_is_asked_without(connect):
    refused = Reply.status(400, '{"error": {"message": "response_format is unavailable"}}')
    script = Script(rules=(Rule(schema_text="{", reply=refused),), default=Reply(text="{}"))
    request = HI.model_copy(update={"answer_schema": {"type": "object"}})
    with ScriptedServer(script) as server:
        provider = connect(server.url)
        assert (await provider.complete(request)).text == "{}"
        assert (await provider.complete(request)).text == "{}"

        assert not (await provider.capabilities()).answer_schema
        assert len(server.requests) == 3  # refused once, then never tried again


async def test_server_that_knows_no_local_sampling_is_asked_without(connect):
    refused = Reply.status(400, '{"error": {"message": "Unrecognized argument: top_k"}}')
    warm = HI.model_copy(update={"sampling": Sampling(top_p=0.9, top_k=20)})
    with ScriptedServer(Script.of(refused, "one", "two")) as server:
        provider = connect(server.url)
        assert (await provider.complete(warm)).text == "one"
        assert (await provider.complete(warm)).text == "two"

        sent = [{"top_p", "top_k"} & set(record.body) for record in server.requests]
    assert sent == [{"top_p", "top_k"}, {"top_p"}, {"top_p"}]


async def test_server_that_does_not_stream_is_understood(connect):
    body = (
        '{"model": "m", "choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}],'
        '"usage": {"prompt_tokens": 3, "completion_tokens": 1}}'
    )
    fault = Reply.status(400, body).fault
    script = Script.always(Reply(fault=fault.model_copy(update={"status": 200})))
    with ScriptedServer(script) as server:
        response = await connect(server.url).complete(HI)

    assert response.text == "whole"
    assert response.usage.prompt_tokens == 3


async def test_official_address_without_a_key_is_refused_before_connecting(connect, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(ModelUnauthorized, match="OPENAI_API_KEY"):
        await connect("").complete(HI)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://api.openai.com/v1", "sk-env"),
        ("https://api.openai.com:443", "sk-env"),
        ("http://api.openai.com/v1", ""),
        ("https://api.openai.com.evil.example/v1", ""),
        ("https://api.openai.com:8443/v1", ""),
        ("http://127.0.0.1:1234/v1", ""),
    ],
)
def test_environment_key_is_bound_to_its_origin(monkeypatch, url, key):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")

    assert key_for(ServerAddress.parse(url), ModelSettings(provider="openai"), OFFICIAL) == key


def test_key_of_the_settings_wins(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    settings = ModelSettings(provider="openai", api_key=SecretStr("sk-own"))

    assert key_for(ServerAddress.parse("https://api.openai.com/v1"), settings, OFFICIAL) == "sk-own"


async def test_lm_studio_is_found_without_its_embedding_models():
    models = ("qwen", "nomic-embed-text", "llama")
    facts = ServerFacts(kind=ServerKind.LM_STUDIO, models=models)
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        found = await find_lm_studio(server.port)

    assert [model.settings.model for model in found] == ["qwen", "llama"]
    assert found[0].found_as is FoundAs.RUNNING
    assert found[0].settings.base_url == f"{server.url}/v1"
    assert found[0].label == f"qwen on LM Studio at {server.url}"


async def test_llama_server_is_found_by_its_own_page():
    with ScriptedServer(Script.always("x"), facts=ServerFacts(models=("/m/qwen.gguf",))) as server:
        (found,) = await find_llama_server(int(server.url.rpartition(":")[2]))
    with ScriptedServer(Script.always("x"), facts=ServerFacts(kind=ServerKind.VLLM)) as other:
        nothing = await find_llama_server(int(other.url.rpartition(":")[2]))

    assert (found.settings.model, found.found_as) == ("/m/qwen.gguf", FoundAs.RUNNING)
    assert found.label.startswith("/m/qwen.gguf on llama-server at http://127.0.0.1:")
    assert list(nothing) == []


async def test_something_else_at_that_port_is_not_taken_for_lm_studio():
    with ScriptedServer(Script.always("x"), facts=ServerFacts(kind=ServerKind.PLAIN)) as server:
        assert list(await find_lm_studio(server.port)) == []


async def test_no_model_at_all_says_so(connect):
    facts = ServerFacts(kind=ServerKind.LM_STUDIO, models=("only-embed",))
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        nameless = connect(server.url, model="")
        with pytest.raises(ModelNotFound, match="offers no model"):
            await nameless.complete(HI)


def test_importing_and_discovering_nothing_stays_light():
    code = (
        "import asyncio, sys\n"
        "from loom_providers_openai import discovery, provider\n"
        "assert not asyncio.run(discovery.find_lm_studio(9))\n"  # the discard port
        "print([name for name in ('aiohttp', 'httpx', 'ssl') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "aiohttp" not in run.stdout
    assert "httpx" not in run.stdout


async def test_a_server_that_is_down_is_said_in_plain_words(connect):
    with socket.socket() as closed:  # bound and never listening, so that nobody else answers
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        health = await connect(url).health()

    assert not health.is_ready
    assert f"no model server answers at {url} (connection refused); start it" in health.detail
    assert "ssl:" not in health.detail
