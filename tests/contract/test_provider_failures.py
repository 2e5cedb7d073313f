"""How every provider fails: at once, typed, and without giving anything away."""

import asyncio
import socket
import time

import pytest
from pydantic import SecretStr

from loom_core.errors import (
    BadOutput,
    ContextExceeded,
    ModelError,
    ModelNotFound,
    ModelOverloaded,
    ModelTimeout,
    ModelUnauthorized,
    ModelUnreachable,
    RequestRejected,
)
from loom_core.testing import FaultKind, Reply, Script, ServerFacts
from loom_core.types import FinishReason, Message, ModelRequest, Role

TEXT = "a text that is long enough for a few pieces of a stream, so that it can break in the middle"
KEY = "sk-canary-1234567890"


def asking(text="Say something."):
    return ModelRequest(messages=(Message(role=Role.USER, text=text),))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, RequestRejected),
        (401, ModelUnauthorized),
        (403, ModelUnauthorized),
        (404, ModelNotFound),
        (422, RequestRejected),
        (429, ModelOverloaded),
        (503, ModelOverloaded),
    ],
)
async def test_each_status_has_its_error(subject, status, expected):
    provider = subject.start(Script.always(Reply.status(status)))

    with pytest.raises(expected):
        await provider.complete(asking())


async def test_retry_after_is_carried(subject):
    provider = subject.start(Script.always(Reply.status(429, Retry_After="7")))

    with pytest.raises(ModelOverloaded) as caught:
        await provider.complete(asking())
    assert caught.value.retry_after_seconds == 7


async def test_overload_without_retry_after_says_none(subject):
    provider = subject.start(Script.always(Reply.status(503)))

    with pytest.raises(ModelOverloaded) as caught:
        await provider.complete(asking())
    assert caught.value.retry_after_seconds is None


@pytest.mark.parametrize(
    "body",
    [
        '{"error": {"code": "context_length_exceeded", "message": "at most 8192 tokens."}}',
        '{"error": {"type": "exceed_context_size_error", "message": "the request is too large"}}',
        '{"error": "the request exceeds the available context size"}',
        '{"error": "input is too long for the context window"}',
    ],
)
async def test_a_prompt_that_is_too_long_is_known(remote_subject, body):
    provider = remote_subject.start(Script.always(Reply.status(400, body)))

    with pytest.raises(ContextExceeded, match="context_window"):
        await provider.complete(asking())


async def test_the_servers_own_parser_error_is_bad_output(remote_subject):
    body = '{"error": {"message": "Failed to parse input at pos 12: {\\"na", "code": 500}}'
    provider = remote_subject.start(Script.always(Reply.status(500, body)))

    with pytest.raises(BadOutput):
        await provider.complete(asking())


@pytest.mark.parametrize("after_frames", [0, 1, 3])
@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.GARBAGE, FaultKind.ERROR_IN_STREAM])
async def test_a_broken_stream_is_bad_output(subject, kind, after_frames):
    provider = subject.start(
        Script.always(Reply.failing(kind, after_frames=after_frames, text=TEXT))
    )

    with pytest.raises(BadOutput):
        await provider.complete(asking())


async def test_nothing_listening_is_unreachable(remote_subject):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        provider = remote_subject.connect(url)

        with pytest.raises(ModelUnreachable, match=url):
            await provider.complete(asking())
        assert not (await provider.health()).is_ready


async def test_a_model_that_is_not_there_is_named(remote_subject):
    provider = remote_subject.start(Script.always(TEXT), model="missing-model")

    with pytest.raises(ModelNotFound, match="missing-model"):
        await provider.complete(asking())


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://", "http://a:b@host", "http://h:99999"])
async def test_an_impossible_address_is_refused_without_its_password(remote_subject, url):
    provider = remote_subject.connect(url)

    with pytest.raises(RequestRejected, match="base_url") as caught:
        await provider.complete(asking())
    assert "a:b" not in str(caught.value)


async def test_silence_before_the_first_token_times_out(remote_subject):
    provider = remote_subject.start(
        Script.always(Reply.failing(FaultKind.SILENT)), first_token_timeout_seconds=0.2
    )

    with pytest.raises(ModelTimeout, match="first_token_timeout_seconds"):
        await provider.complete(asking())
    assert await asyncio.to_thread(remote_subject.server.wait_for_cancelled)


async def test_silence_between_tokens_times_out(remote_subject):
    reply = Reply.failing(FaultKind.STALL, after_frames=3, text=TEXT)
    provider = remote_subject.start(Script.always(reply), token_timeout_seconds=0.2)

    with pytest.raises(ModelTimeout, match="token_timeout_seconds"):
        await provider.complete(asking())
    assert await asyncio.to_thread(remote_subject.server.wait_for_cancelled)


async def test_a_slow_first_token_is_no_silence_between_tokens(remote_subject):
    reply = Reply(text=TEXT, delay_seconds=0.4)
    provider = remote_subject.start(Script.always(reply), token_timeout_seconds=0.1)

    assert (await provider.complete(asking())).text == TEXT


@pytest.mark.parametrize("kind", [FaultKind.SILENT, FaultKind.STALL, FaultKind.ENDLESS])
async def test_cancelling_stops_the_server_within_a_second(subject, kind):
    reply = Reply.failing(kind, text=TEXT).model_copy(update={"chunk_delay_seconds": 0.001})
    provider = subject.start(Script.always(reply))
    await provider.capabilities()
    task = asyncio.create_task(provider.complete(asking()))
    await begun(subject)

    task.cancel()
    started = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    seen = await subject.was_cancelled(
        lambda: asyncio.to_thread(subject.server.wait_for_cancelled, 1, 1.0)
    )

    assert seen
    assert time.monotonic() - started < 1.0


async def test_the_provider_works_after_a_cancelled_call(subject):
    provider = subject.start(Script.of(Reply.failing(FaultKind.SILENT), TEXT))
    task = asyncio.create_task(provider.complete(asking()))
    await begun(subject)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await provider.complete(asking())).text == TEXT


async def test_a_failure_does_not_spoil_the_next_call(subject):
    provider = subject.start(
        Script.of(Reply.status(503), Reply.failing(FaultKind.CUT, after_frames=2, text=TEXT), TEXT)
    )

    for _ in range(2):
        with pytest.raises(ModelError):
            await provider.complete(asking())
    response = await provider.complete(asking())

    assert response.text == TEXT
    assert response.finish_reason is FinishReason.STOP


async def test_a_key_goes_to_its_server_and_into_no_message(remote_subject):
    facts = ServerFacts(api_key=KEY)
    body = f'{{"error": {{"message": "Incorrect API key provided: {KEY}"}}}}'
    script = Script.of(TEXT, Reply.status(401, body), Reply.status(400, body))
    provider = remote_subject.start(script, facts, api_key=SecretStr(KEY))

    assert (await provider.complete(asking())).text == TEXT
    for _ in range(2):
        with pytest.raises(ModelError) as caught:
            await provider.complete(asking())
        assert KEY not in str(caught.value)
        assert KEY not in repr(caught.value.__cause__)


async def test_a_wrong_key_is_unauthorized(remote_subject):
    provider = remote_subject.start(
        Script.always(TEXT), ServerFacts(api_key="right"), api_key=SecretStr(KEY)
    )

    with pytest.raises(ModelUnauthorized, match="api_key"):
        await provider.complete(asking())
    health = await provider.health()
    assert not health.is_ready
    assert KEY not in health.detail


async def test_no_key_of_the_environment_reaches_another_server(remote_subject, monkeypatch):
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_API_KEY"):
        monkeypatch.setenv(variable, KEY)
    provider = remote_subject.start(Script.always(TEXT))

    await provider.complete(asking())

    assert KEY not in str(remote_subject.server.requests[0].headers)


async def test_offline_refuses_other_machines_without_connecting(remote_subject):
    provider = remote_subject.connect("http://model.example:1234", is_offline=True)

    with pytest.raises(ModelUnreachable, match="offline"):
        await provider.complete(asking())
    assert not (await provider.health()).is_ready


async def test_offline_allows_this_machine(remote_subject):
    remote_subject.start(Script.always(TEXT))
    provider = remote_subject.connect(remote_subject.server.url, is_offline=True)

    assert (await provider.complete(asking())).text == TEXT


async def test_redirects_are_not_followed(remote_subject):
    headers = {"Location": "http://127.0.0.1:1/elsewhere"}
    fault = Reply.status(400).fault.model_copy(update={"status": 307, "headers": headers})
    provider = remote_subject.start(Script.always(Reply(fault=fault)))

    with pytest.raises(RequestRejected, match="redirect"):
        await provider.complete(asking())


async def test_health_of_a_good_server(subject):
    health = await subject.start(Script.always(TEXT)).health()

    assert health.is_ready
    assert health.detail


async def begun(subject):
    """Wait until the request has arrived."""
    if subject.is_remote:
        assert await asyncio.to_thread(subject.server.wait_for_requests, 1)
    else:
        await asyncio.sleep(0)  # in process: the task takes one turn to begin
        assert subject.sent


async def test_health_tells_a_refused_key_from_a_server_that_is_gone(remote_subject):
    refusing = remote_subject.start(Script.always("x"), ServerFacts(api_key=KEY), api_key="wrong")
    gone = remote_subject.connect("http://127.0.0.1:9")

    refused, unreachable = await refusing.health(), await gone.health()

    assert not refused.is_ready
    assert not unreachable.is_ready
    assert isinstance(unreachable.error, ModelUnreachable)
    if remote_subject.name != "ollama":  # it takes no key
        assert isinstance(refused.error, ModelUnauthorized)
