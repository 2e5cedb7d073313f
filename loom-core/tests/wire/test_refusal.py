import email.utils
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.errors import (
    BadOutput,
    ContextExceeded,
    ModelError,
    ModelLoading,
    ModelNotFound,
    ModelNotLoaded,
    ModelOverloaded,
    ModelTimeout,
    ModelUnauthorized,
    RequestRejected,
)
from loom_core.wire import Refusal, error_for
from loom_core.wire.refusal import retry_after_seconds

KEY = "sk-canary-123"


def error(status, body="", **headers):
    return error_for(Refusal(status, body, headers), model="m", where="http://h", secret=KEY)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, "", RequestRejected),
        (401, "", ModelUnauthorized),
        (404, "", ModelNotFound),
        (408, "", ModelTimeout),
        (413, "", ContextExceeded),
        (422, "", RequestRejected),
        (429, "", ModelOverloaded),
        (500, "out of memory", ModelNotLoaded),
        (500, "unable to load model: /models/x.gguf", ModelNotLoaded),
        (500, "something broke", ModelOverloaded),
        (500, '{"error": {"message": "Failed to parse input at pos 3"}}', BadOutput),
        (500, '{"error": "error parsing tool call: raw=..."}', BadOutput),
        (503, '{"error": {"message": "Loading model", "code": 503}}', ModelLoading),
        (504, "", ModelTimeout),
        (529, "", ModelOverloaded),
        (400, '{"error": {"message": "maximum context length is 4096"}}', ContextExceeded),
        (400, '{"error": {"code": "context_length_exceeded"}}', ContextExceeded),
        (500, "the request exceeds the available context size", ContextExceeded),
        (400, "loaded with context length of only 4096 tokens", ContextExceeded),
        (400, '{"error": "model \\"x\\" not found"}', ModelNotFound),
        (200, '{"error": "boom"}', BadOutput),
    ],
)
def test_status_and_body_decide(status, body, expected):
    assert type(error(status, body)) is expected


def test_the_message_says_what_which_and_what_to_do():
    text = str(error(404, '{"error": {"message": "no such model"}}'))

    assert "http://h" in text
    assert "'m'" in text
    assert "no such model" in text
    assert "loom models" in text


def test_a_key_that_the_server_repeats_is_not_shown():
    assert KEY not in str(error(401, f'{{"error": {{"message": "wrong key {KEY}"}}}}'))


def test_control_characters_of_a_body_are_not_shown():
    assert "\x1b" not in str(error(400, "\x1b]52;c;aGk=\x07 nice"))


def test_long_bodies_are_cut():
    assert len(str(error(400, "x" * 100_000))) < 1000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_retry_after_in_seconds(text, seconds):
    assert retry_after_seconds({"retry-after": text}) == seconds


def test_retry_after_as_a_date():
    date = email.utils.formatdate(time.time() + 30, usegmt=True)

    seconds = retry_after_seconds({"retry-after": date})

    assert seconds is not None
    assert 25 < seconds <= 30


@pytest.mark.parametrize(
    ("code", "expected"),
    [(429, ModelOverloaded), (401, ModelUnauthorized), (500, BadOutput), ("x", BadOutput)],
)
def test_code_inside_a_stream_counts_when_it_tells_more(code, expected):
    data = json.dumps({"error": {"message": "oh", "code": code}}).encode()

    assert type(error_for(Refusal.in_stream(data), model="m", where="h")) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["error", "message", "code"]), inner)
    ),
)


@given(st.integers(200, 599), JSON)
def test_every_body_gives_a_model_error(status, value):
    body = json.dumps(value)

    assert isinstance(error(status, body), ModelError)
    assert isinstance(error_for(Refusal.in_stream(body.encode()), model="m", where="h"), ModelError)


@given(st.integers(200, 599), st.binary())
def test_every_bytes_give_a_model_error(status, body):
    assert isinstance(error(status, body.decode("utf-8", "replace")), ModelError)
