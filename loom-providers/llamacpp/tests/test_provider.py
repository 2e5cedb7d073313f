import asyncio

import pytest
from fake_llama import Loader, text_piece

from loom_core.contracts.provider import Finished, FoundAs, ProviderEnvironment, TextDelta
from loom_core.errors import ModelNotFound, ModelTimeout, ModelUnavailable, RequestRejected
from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role
from loom_providers_llamacpp.provider import EmbeddedProvider
from loom_providers_llamacpp.server import EmbeddedServer
from loom_providers_llamacpp.sharing import SharedServers

ASK = ModelRequest(messages=(Message(role=Role.USER, text="hi"),))


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def model_file(tmp_path):
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF")
    return path


@pytest.fixture
def start(loader, environment, model_file):
    """A provider on a fake model."""
    servers = SharedServers(lambda plan: EmbeddedServer(plan, loader))

    def make(**settings):
        made = ModelSettings(provider="llamacpp", **({"model": str(model_file)} | settings))
        return EmbeddedProvider(made, environment, servers=servers)

    return make


async def test_answer_streams_and_ends_with_the_whole(start):
    provider = start()

    items = [item async for item in provider.stream(ASK)]

    assert items[0] == TextDelta("Hello")
    assert isinstance(items[-1], Finished)
    assert items[-1].response.text == "Hello"
    assert items[-1].response.model == "mine"
    await provider.close()


async def test_two_providers_use_one_loaded_model_until_both_close(start, loader):
    first, second = start(), start()
    await asyncio.gather(first.complete(ASK), second.complete(ASK))

    await first.close()
    assert not loader.loaded[0].is_closed
    await second.close()

    assert len(loader.loaded) == 1
    assert loader.loaded[0].is_closed


async def test_closing_twice_or_unused_is_fine(start):
    provider = start()
    await provider.close()
    await provider.complete(ASK)

    await provider.close()
    await provider.close()


async def test_settings_decide_window_and_slots(start, loader):
    provider = start(context_window=4096, slots=3)
    await provider.complete(ASK)

    assert (loader.loaded[0].plan.window, loader.loaded[0].plan.slots) == (4096, 3)
    assert (await provider.capabilities()).slots == 3
    assert await provider.window() == 4096
    await provider.close()


async def test_loaded_window_wins_over_the_wish(start, loader):
    provider = start(context_window=4096)
    await provider.complete(ASK)
    loader.loaded[0].window = 2048

    assert await provider.window() == 2048
    await provider.complete(ASK)
    assert loader.loaded[0].bodies[-1]["max_tokens"] == 2048
    await provider.close()


async def test_window_never_exceeds_what_the_model_was_trained_for(start):
    assert await start(model="smollm2-135m-instruct", context_window=100_000).window() == 8192


async def test_tokens_are_counted_by_the_model_once_it_is_loaded(start):
    provider = start()
    estimate = await provider.count_tokens(ASK.messages)
    await provider.complete(ASK)

    assert await provider.count_tokens(ASK.messages) == 101
    assert estimate < 101
    await provider.close()


async def test_schemas_are_enforced_and_native_tools_are_not_offered(start):
    can = await start().capabilities()

    assert (can.native_tools, can.answer_schema, can.prefers_json_action) == (False, True, True)


async def test_silence_inside_an_answer_is_a_timeout(start, loader):
    provider = start(token_timeout_seconds=0.05)
    await provider.complete(ASK)
    llama = loader.loaded[0]
    llama.hold.clear()
    llama._answer = lambda on_chunk: (on_chunk(text_piece("x")), llama.hold.wait(5))
    asyncio.get_running_loop().call_later(0.3, llama.hold.set)

    with pytest.raises(ModelTimeout, match="token_timeout_seconds"):
        await provider.complete(ASK)
    await provider.close()


async def test_missing_file_is_a_clear_error_and_not_ready(start, tmp_path):
    provider = start(model=str(tmp_path / "nope.gguf"))

    with pytest.raises(ModelUnavailable, match=r"nope\.gguf cannot be read"):
        await provider.complete(ASK)
    assert not (await provider.health()).is_ready


async def test_unknown_model_is_not_found(start):
    provider = start(model="qwen99")

    with pytest.raises(ModelNotFound, match="qwen99"):
        await provider.complete(ASK)
    assert "qwen99" in (await provider.health()).detail


async def test_mirror_must_be_a_web_address(environment):
    with pytest.raises(RequestRejected, match="mirror"):
        EmbeddedProvider(ModelSettings(provider="llamacpp", base_url="ftp://a/b"), environment)


async def test_offline_without_the_file_is_listed_but_not_ready(tmp_path):
    offline = ProviderEnvironment(home=tmp_path, is_offline=True)

    (found,) = await EmbeddedProvider.discover(offline)
    health = await EmbeddedProvider(found.settings, offline).health()

    assert found.found_as is FoundAs.EMBEDDED
    assert found.label == (
        "Qwen2.5-Coder-0.5B-Instruct (embedded, 491 MB, Apache-2.0; fetched on first use)"
    )
    assert not health.is_ready
    assert "--offline forbids" in health.detail


async def test_discovery_writes_nothing(tmp_path):
    await EmbeddedProvider.discover(ProviderEnvironment(home=tmp_path / "home"))

    assert not (tmp_path / "home").exists()


async def test_model_that_will_be_fetched_counts_as_ready(tmp_path):
    provider = EmbeddedProvider(
        ModelSettings(provider="llamacpp"), ProviderEnvironment(home=tmp_path)
    )

    health = await provider.health()

    assert health.is_ready
    assert "491 MB" in health.detail


async def test_a_fetch_is_asked_for_before_anything_else_and_says_from_where(tmp_path):
    asked = []
    environment = ProviderEnvironment(home=tmp_path, confirm=asked.append)
    provider = EmbeddedProvider(ModelSettings(provider="llamacpp"), environment)

    with pytest.raises(ModelUnavailable, match="as you said"):
        await provider.prepare()

    (question,) = asked
    assert " from " in question
    assert "491 MB" in question


async def test_models_list_the_catalogue_and_the_configured_file(start, model_file):
    provider = start()
    await provider.complete(ASK)

    found = await provider.models()

    assert (found[0].name, found[0].is_loaded) == (str(model_file), True)
    assert "qwen2.5-coder-0.5b-instruct" in [info.name for info in found]
    await provider.close()


async def test_failed_load_can_be_tried_again(environment, model_file):
    broken = SharedServers(lambda plan: EmbeddedServer(plan, Loader(error="no memory")))
    settings = ModelSettings(provider="llamacpp", model=str(model_file))
    provider = EmbeddedProvider(settings, environment, servers=broken)

    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="no memory"):
            await provider.complete(ASK)
    await provider.close()
