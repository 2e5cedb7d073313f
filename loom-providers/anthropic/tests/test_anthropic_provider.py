import json
import subprocess
import sys

import pytest

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.errors import (
    ContextExceeded,
    ModelNotFound,
    ModelOverloaded,
    ModelUnauthorized,
    ModelUnreachable,
)
from loom_core.settings.shape import ModelSettings
from loom_core.testing import (
    Reply,
    Rule,
    Script,
    ScriptedCall,
    ScriptedServer,
    ServerFacts,
    ServerKind,
)
from loom_core.types import Image, Message, ModelRequest, Role, ToolSpec
from loom_providers_anthropic.provider import AnthropicProvider

HI = ModelRequest(messages=(Message(role=Role.USER, text="hi"),))
CLAUDE = ServerFacts(kind=ServerKind.ANTHROPIC, window=200_000)
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
TOOL = ToolSpec(name="f", description="does f", parameters=SCHEMA)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def connect(tmp_path):
    made = []

    def _connect(url, *, is_offline=False, **settings):
        settings = {"provider": "anthropic", "model": "scripted", "base_url": url} | settings
        environment = ProviderEnvironment(home=tmp_path, is_offline=is_offline)
        made.append(AnthropicProvider(ModelSettings(**settings), environment))
        return made[-1]

    yield _connect
    for provider in made:
        await provider.close()


async def test_the_server_says_window_and_longest_answer(connect):
    with ScriptedServer(Script.always("x"), facts=CLAUDE) as server:
        provider = connect(server.url)
        await provider.complete(HI)
        await provider.complete(HI)

        assert await provider.window() == 200_000
        assert server.requests[0].body["max_tokens"] == 100_000
        assert server.paths.count("/v1/models/scripted") == 1


async def test_a_server_that_does_not_say_has_no_window(connect):
    with ScriptedServer(Script.always("x")) as server:
        assert await connect(server.url + "/v1/").window() is None


@pytest.mark.parametrize("sees", [True, False])
async def test_the_server_says_whether_the_model_sees(connect, sees):
    facts = CLAUDE.model_copy(update={"sees_images": sees})
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        assert (await connect(server.url).capabilities()).sees_images is sees


async def test_the_server_counts_the_tokens(connect):
    with ScriptedServer(Script.always("x"), facts=CLAUDE) as server:
        provider = connect(server.url)
        short = await provider.count_tokens(HI.messages)
        long = await provider.count_tokens((Message(role=Role.USER, text="hi " * 400),))

    assert short < 40
    assert long == pytest.approx(short + 300, abs=5)


async def test_tokens_are_estimated_where_the_server_does_not_count(connect):
    with ScriptedServer(Script.always("x")) as server:
        assert await connect(server.url).count_tokens(HI.messages) > 0


async def test_models_are_listed_and_a_wrong_one_is_told_from_them(connect):
    facts = CLAUDE.model_copy(update={"models": ("claude-b", "claude-a")})
    with ScriptedServer(Script.always("x"), facts=facts) as server:
        provider = connect(server.url)
        listed = [(model.name, model.context_window) for model in await provider.models()]
        health = await provider.health()

    assert listed == [("claude-b", 200_000), ("claude-a", 200_000)]
    assert not health.is_ready
    assert "claude-b, claude-a" in health.detail


async def test_no_model_at_all_says_so(connect):
    with (
        ScriptedServer(Script.always("x"), facts=CLAUDE) as server,
        pytest.raises(ModelNotFound, match="set model"),
    ):
        await connect(server.url, model="").complete(HI)


async def test_thoughts_go_back_as_they_were_signed(connect):
    call = ScriptedCall(name="f", arguments={"a": "b"})
    reply = Reply(text="Well.", reasoning=" Hm.\n…", tool_calls=(call,))
    with ScriptedServer(Script.always(reply), facts=CLAUDE) as server:
        provider = connect(server.url)
        first = await provider.complete(HI)
        result = Message(role=Role.TOOL, text="ok", tool_call_id=first.tool_calls[0].id)
        grown = (*HI.messages, first.as_message(), result)
        await provider.complete(ModelRequest(messages=grown))  # refused if a signature is wrong

        thought, text, _ = server.requests[1].body["messages"][1]["content"]
    assert thought["thinking"] == " Hm.\n…"
    assert text == {"type": "text", "text": "Well."}


async def test_pictures_are_sent(connect):
    turn = Message(
        role=Role.USER, text="look", images=(Image(media_type="image/png", data="AAAA"),)
    )
    with ScriptedServer(Script.always("a cat"), facts=CLAUDE) as server:
        await connect(server.url).complete(ModelRequest(messages=(turn,)))

        assert "AAAA" in json.dumps(server.requests[0].body)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("tools.0.custom: strict is not supported", "strict"),
        ("The compiled grammar is too large", "strict"),
        ("output_config.format: unsupported schema", "output_config"),
    ],
)
async def test_what_the_server_cannot_enforce_is_asked_without_it(connect, message, field):
    refused = Reply.status(400, json.dumps({"type": "error", "error": {"message": message}}))
    with ScriptedServer(Script(sequence=(refused,), default=Reply(text="{}"))) as server:
        provider = connect(server.url)
        request = HI.model_copy(update={"answer_schema": SCHEMA, "tools": (TOOL,)})
        assert (await provider.complete(request)).text == "{}"
        assert (await provider.complete(request)).text == "{}"

        has_field = [field in json.dumps(record.body) for record in server.requests]
    assert has_field == [True, False, False]


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected"),
    [
        (529, "overloaded_error", "Overloaded", ModelOverloaded),
        (400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", ContextExceeded),
        (413, "request_too_large", "Request exceeds the maximum size", ContextExceeded),
        (404, "not_found_error", "model: claude-9", ModelNotFound),
        (401, "authentication_error", "invalid bearer token", ModelUnauthorized),
    ],
)
async def test_errors_of_the_api(connect, status, kind, message, expected):
    body = json.dumps({"type": "error", "error": {"type": kind, "message": message}})
    with (
        ScriptedServer(Script.always(Reply.status(status, body, Retry_After="3"))) as server,
        pytest.raises(expected) as caught,
    ):
        await connect(server.url).complete(HI)

    assert len(server.requests) == 1  # the SDK does not try again by itself
    assert getattr(caught.value, "retry_after_seconds", 3) == 3


async def test_overload_inside_a_stream_is_overload(connect):
    rule = Rule(reply=Reply(fault={"kind": "error_in_stream", "body": "Overloaded"}))
    with (
        ScriptedServer(Script(rules=(rule,))) as server,
        pytest.raises(ModelOverloaded),
    ):
        await connect(server.url).complete(HI)


async def test_only_what_the_api_needs_is_sent(connect, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x-api-key: secret-77c2\nx-more: y")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "secret-77c2")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
    with ScriptedServer(Script.always("x")) as server:
        await connect(server.url).complete(HI)

        headers = server.requests[0].headers
    assert "secret-77c2" not in str(headers)
    assert not [name for name in headers if name.startswith("x-")]
    assert headers["anthropic-version"]


async def test_anthropic_itself_needs_a_key(connect, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")

    with pytest.raises(ModelUnauthorized, match="ANTHROPIC_API_KEY"):
        await connect("").complete(HI)


async def test_offline_refuses_before_anything_is_imported_or_asked(connect):
    with pytest.raises(ModelUnreachable, match="offline"):
        await connect("", is_offline=True).complete(HI)


def test_the_sdk_is_not_imported_before_the_first_call():
    code = (
        "import sys\n"
        "from loom_providers_anthropic import provider\n"
        "print([name for name in ('anthropic', 'httpx2') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"
