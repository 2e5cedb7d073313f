import json
import socket

import pytest

from loom_core.settings.shape import ModelSettings
from loom_core.wire import (
    Patience,
    as_count,
    as_list,
    as_object,
    as_text,
    is_listening,
    parse_object,
)


@pytest.fixture
def anyio_backend():
    return "asyncio"


def patience(**settings):
    return Patience(ModelSettings(provider="x", model="m", **settings))


def test_before_the_first_token_the_whole_wait_counts():
    limits = patience(first_token_timeout_seconds=30, token_timeout_seconds=1)

    assert 29 < limits.remaining_seconds() <= 30
    assert "first_token_timeout_seconds" in str(limits.expired("http://h"))


def test_after_the_first_token_each_silence_counts():
    limits = patience(first_token_timeout_seconds=30, token_timeout_seconds=1)
    limits.note_token()

    assert limits.remaining_seconds() == 1
    assert "middle of an answer" in str(limits.expired("http://h"))


def test_remaining_time_is_never_negative():
    assert patience(first_token_timeout_seconds=1e-9).remaining_seconds() == 0


async def test_a_listener_is_found():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert await is_listening("127.0.0.1", server.getsockname()[1])


async def test_nobody_listening_is_no_error():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert not await is_listening("127.0.0.1", bound.getsockname()[1])
    assert not await is_listening("no such host\x00", 1)


@pytest.mark.parametrize("value", [None, 3, "x", [1], {"a": 1}, 1.5, True])
def test_only_objects_are_parsed(value):
    text = json.dumps(value)

    assert parse_object(text) == (value if isinstance(value, dict) else None)


@pytest.mark.parametrize("text", ["", "{", b"\xff", b"\x00{}", "[" * 100_000, '{"a": 1} x'])
def test_what_is_no_json_is_no_object(text):
    assert parse_object(text) is None


def test_not_a_number_becomes_text():
    assert parse_object('{"a": NaN, "b": -Infinity}') == {"a": "NaN", "b": "-Infinity"}


@pytest.mark.parametrize("value", [None, 3, "x", [1], {"a": 1}, 1.5, True])
def test_wrong_shapes_read_as_nothing(value):
    assert as_object(value) == (value if isinstance(value, dict) else {})
    assert as_list(value) == (value if isinstance(value, list) else [])
    assert as_text(value) == (value if isinstance(value, str) else "")
    assert as_count(value) == (3 if value == 3 else 0)
    assert as_count(-1) == 0
